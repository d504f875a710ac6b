import {
  type BadCase,
  badQuantities,
  bearer,
  brokenBodies,
  type Cast,
  json,
} from './bad-input-cases.ts';

/** What a cart does not take, and who may not ask for one. */
export function badCartCases(cast: Cast): BadCase[] {
  const user = bearer(cast.user);
  const items = '/cart/items';
  const put = { method: 'PUT', path: `${items}/${cast.sku}` } as const;
  const invalid = { status: 400, code: 'invalid-request' } as const;
  const good = '{"quantity":1}';
  const item = (
    name: string,
    body: string | Uint8Array | undefined,
    pointer?: string,
  ): BadCase => ({
    name: `an item with ${name}`,
    request: { ...put, headers: [user, json], body },
    ...invalid,
    ...(pointer === undefined ? {} : { pointer }),
  });
  const unknown = (name: string, sku: string, body = good): BadCase => ({
    name: `an item whose SKU is ${name}`,
    request: { method: 'PUT', path: `${items}/${sku}`, headers: [user, json], body },
    ...{ status: 404, code: 'unknown-sku' },
  });
  const strangers = [
    { method: 'GET', path: '/cart' },
    { ...put, body: good },
    { method: 'DELETE', path: put.path },
  ].map((request): BadCase => ({
    name: `${request.method} on a cart without a token`,
    request: { ...request, headers: [json] },
    ...{ status: 401, code: 'unauthenticated' },
  }));
  const others = [
    { method: 'POST', path: '/cart' },
    { method: 'DELETE', path: '/cart' },
    { method: 'GET', path: put.path },
    { method: 'PATCH', path: put.path },
  ].map(({ method, path }): BadCase => ({
    name: `another method on a cart: ${method} ${path === '/cart' ? path : `${items}/{sku}`}`,
    request: { method, path, headers: [user, json], body: method === 'GET' ? undefined : good },
    ...{ status: 405, code: 'method-not-allowed' },
  }));
  return [
    ...brokenBodies.map(([what, body]) => item(what, body)),
    ...badQuantities.map(([what, quantity]) =>
      item(`a quantity of ${what}`, `{"quantity":${quantity}}`, '/quantity'),
    ),
    item('nothing in it', '{}', '/quantity'),
    item('a SKU in its body', `{"sku":"${cast.sku}","quantity":1}`, '/sku'),
    item('a time in its body', '{"quantity":1,"putAtMs":1}', '/putAtMs'),
    ...[
      ['unknown', 'unknown-1'],
      ['malformed', 'a.b'],
      ['of 65 characters', 'a'.repeat(65)],
      ['reserved', 'top'],
      ['in Hangul', encodeURIComponent('티셔츠')],
      ['with a slash', 'a%2Fb'],
    ].map(([what = '', sku = '']) => unknown(what, sku)),
    { ...unknown('unknown, and its quantity 0', 'unknown-1', '{"quantity":0}'), ...invalid },
    ...strangers,
    ...others,
    {
      name: 'an item that is no JSON',
      request: { ...put, headers: [user, ['Content-Type', 'text/plain']], body: good },
      ...{ status: 415, code: 'unsupported-media-type' },
    },
    {
      name: 'an item of more than 16 KiB',
      request: { ...put, headers: [user, json], body: `{"quantity":1${' '.repeat(16_384)}}` },
      ...{ status: 413, code: 'too-large' },
    },
    {
      name: 'a path below an item',
      request: { method: 'GET', path: `${put.path}/more`, headers: [user] },
      ...{ status: 404, code: 'not-found' },
    },
  ];
}
