/** Who may call a route: anybody, a user with a token, or a user whose token makes an admin. */
export type Access = 'public' | 'user' | 'admin';

/** One line of contract.md: a method on a path, who may call it, and whether it needs a key. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'ANY';
  readonly path: string;
  readonly access: Access;
  /** An `Idempotency-Key` is required: the route moves money or stock. */
  readonly keyed: boolean;
}

const route = <A extends Access, K extends 'keyed' | 'plain'>(
  method: Route['method'],
  path: string,
  access: A,
  key: K,
) => ({ method, path, access, keyed: (key === 'keyed') as K extends 'keyed' ? true : false });

/** Every route of the shop. The packaged template is tested against this list. */
export const routes = {
  placeOrder: route('POST', '/orders', 'user', 'keyed'),
  payOrder: route('POST', '/payments', 'user', 'keyed'),
  chargeBalance: route('POST', '/charges', 'user', 'keyed'),
  getBalance: route('GET', '/balance', 'user', 'plain'),
  listEntries: route('GET', '/balance/entries', 'user', 'plain'),
  getCart: route('GET', '/cart', 'user', 'plain'),
  putCartItem: route('PUT', '/cart/items/{sku}', 'user', 'plain'),
  removeCartItem: route('DELETE', '/cart/items/{sku}', 'user', 'plain'),
  getOrder: route('GET', '/orders/{orderId}', 'user', 'plain'),
  getTicket: route('GET', '/tickets/{ticket}', 'user', 'plain'),
  // Before the products: their path matches it too.
  getTopProducts: route('GET', '/products/top', 'public', 'plain'),
  getProduct: route('GET', '/products/{sku}', 'public', 'plain'),
  putProduct: route('PUT', '/admin/products/{sku}', 'admin', 'plain'),
  adjustStock: route('POST', '/admin/products/{sku}/adjustments', 'admin', 'keyed'),
  listDeadLetters: route('GET', '/admin/dead-letters', 'admin', 'plain'),
  replayDeadLetter: route('POST', '/admin/dead-letters/{deadLetterId}/replay', 'admin', 'plain'),
  health: route('GET', '/health', 'public', 'plain'),
  getProblem: route('GET', '/problems/{code}', 'public', 'plain'),
} satisfies Record<string, Route>;

/**
 * Everything else: on AWS a path or method that nothing takes would be answered 403 by the gateway.
 * It stands for `ANY /` and `ANY /{proxy+}`.
 */
export const unrouted = route('ANY', '/{proxy+}', 'public', 'plain');

/** The methods that a path knows; none if no route has such a path. */
export function methodsOn(path: string): string[] {
  const here = Object.values(routes).filter((route) => matches(route.path, path));
  // More than one route may match with the same method.
  return [...new Set(here.map(({ method }) => method))];
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((part, i) => (part.startsWith('{') ? given[i] !== '' : part === given[i]))
  );
}
