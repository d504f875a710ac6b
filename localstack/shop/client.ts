import { signToken } from './keys.ts';

/** An answer of the shop, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export interface Call {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One HTTP call to a shop; a body that is no string is sent as JSON. */
export async function call(url: string, route: string, options: Call = {}): Promise<Answer> {
  const [method = 'GET', path = '/'] = route.split(' ');
  const { token, body, key, headers = {} } = options;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { 'Idempotency-Key': key }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export interface ProductOnSale {
  readonly sku: string;
  readonly name: string;
  readonly priceMinor: number;
  readonly units: number;
  readonly strategy?: string;
}

/** Puts a new product on sale through the front door; one that is on sale is left as it is. */
export async function putOnSale(url: string, product: ProductOnSale): Promise<void> {
  const token = await signToken('last-one-admin', { admin: true });
  const { sku, units, ...body } = product;
  const created = await call(url, `PUT /admin/products/${sku}`, {
    token,
    body,
    headers: { 'If-None-Match': '*' },
  });
  if (created.status !== 201 && created.status !== 412) {
    throw new Error(`${sku} was not created: ${created.text}`);
  }
  if (units === 0) return;
  // Always under the same key: whoever was stopped between the two steps goes on here, and the units
  // come once.
  const stocked = await call(url, `POST /admin/products/${sku}/adjustments`, {
    token,
    key: `stock-${sku}`,
    body: { units },
  });
  if (stocked.status !== 201) throw new Error(`${sku} was not stocked: ${stocked.text}`);
}
