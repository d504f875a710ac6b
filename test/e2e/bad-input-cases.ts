import { badCartCases } from './bad-cart-cases.ts';
import { badDeadLetterCases } from './bad-dead-letter-cases.ts';
import { badMoneyCases } from './bad-money-cases.ts';
import { badTopCases } from './bad-top-cases.ts';
import type { RawRequest } from './raw.ts';

/** What a case may name: tokens of a user, of an admin, and such as no shop accepts. */
export interface Cast {
  readonly user: string;
  readonly admin: string;
  readonly expired: string;
  readonly tampered: string;
  readonly foreign: string;
  readonly unsigned: string;
  readonly otherAudience: string;
  readonly oddSubject: string;
  /** A product with stock, and its ETag. */
  readonly sku: string;
  readonly etag: string;
}

export interface BadCase {
  readonly name: string;
  readonly request: RawRequest;
  readonly status: number;
  readonly code: string;
  /** Where the first fault is, for `invalid-request`. */
  readonly pointer?: string;
  /** serverless-offline answers by itself, before any function is asked. */
  readonly thinOnly?: true;
}

export type Header = readonly [string, string];
export const json: Header = ['Content-Type', 'application/json'];
export const bearer = (token: string): Header => ['Authorization', `Bearer ${token}`];
export const key = (value = 'bad-input'): Header => ['Idempotency-Key', value];
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

/** Bodies that are wrong for any route that takes one. */
export const brokenBodies: readonly (readonly [
  string,
  string | Uint8Array | undefined,
  string?,
])[] = [
  ['no body', undefined],
  ['an empty body', ''],
  ['only white space', '  \n'],
  ['broken JSON', '{"lines":'],
  ['two values', '{} {}'],
  ['a trailing comma', '{"lines":[],}'],
  ['a comment', '{/* a */}'],
  ['single quotes', "{'lines':[]}"],
  ['NaN', '{"lines":NaN}'],
  ['a byte-order mark', '\uFEFF{}'],
  ['invalid UTF-8', Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['a cut UTF-8 sequence', Uint8Array.from([0x22, 0xe2, 0x82])],
  ['null', 'null'],
  ['a number', '7'],
  ['zero', '0'],
  ['false', 'false'],
  ['a string', '"lines"'],
  ['a list', '[]'],
  ['a list that is 21 deep', nested(21)],
  ['a duplicate key', '{"x":1,"x":1}'],
  ['a duplicate key in another spelling', '{"x":1,"\\u0078":2}'],
  ['a duplicate key further in', '{"x":[{"y":1,"y":1}]}'],
  ['an unknown property', '{"surprise":1}'],
  ['__proto__', '{"__proto__":{"admin":true}}'],
];

const line = (sku: string, quantity: unknown) =>
  `{"lines":[{"sku":"${sku}","quantity":${String(quantity)}}]}`;

/** Quantities that neither an order nor a cart takes. */
export const badQuantities: readonly (readonly [string, string])[] = [
  ['0', '0'],
  ['-0', '-0'],
  ['-1', '-1'],
  ['100', '100'],
  ['0.5', '0.5'],
  ['1.5e0', '1.5e0'],
  ['an almost whole number', '1.0000000000000000000001'],
  ['2^53+1', '9007199254740993'],
  ['1e400', '1e400'],
  ['"1"', '"1"'],
  ['true', 'true'],
  ['null', 'null'],
  ['a list', '[1]'],
];

const badSkus: readonly (readonly [string, string])[] = [
  ['empty', '""'],
  ['with a space', '"a b"'],
  ['with a slash', '"a/b"'],
  ['of 65 characters', `"${'a'.repeat(65)}"`],
  ['named top', '"top"'],
  ['in Hangul', '"티셔츠"'],
  ['a number', '1'],
  ['null', 'null'],
];

export function badCases(cast: Cast): BadCase[] {
  const { sku } = cast;
  const asUser = [bearer(cast.user), json, key()];
  const asAdmin = [bearer(cast.admin), json, key()];
  const orders = { method: 'POST', path: '/orders' } as const;
  const product = { method: 'PUT', path: `/admin/products/${sku}` } as const;
  const stock = { method: 'POST', path: `/admin/products/${sku}/adjustments` } as const;
  const goodOrder = line(sku, 1);
  const goodProduct = '{"name":"n","priceMinor":1}';
  const invalid = { status: 400, code: 'invalid-request' } as const;

  const bodies = [
    { route: orders, headers: asUser },
    { route: product, headers: [...asAdmin, ['If-Match', cast.etag] as const] },
    { route: stock, headers: asAdmin },
  ].flatMap(({ route, headers }) =>
    brokenBodies.map(([what, body]) => ({
      name: `${route.method} ${route.path.replace(sku, '{sku}')} with ${what}`,
      request: { ...route, headers, body },
      ...invalid,
    })),
  );

  const order = (name: string, body: string, pointer: string): BadCase => ({
    name: `an order ${name}`,
    request: { ...orders, headers: asUser, body },
    ...invalid,
    pointer,
  });
  const orderCases = [
    ...badQuantities.map(([what, q]) => order(`of ${what}`, line(sku, q), '/lines/0/quantity')),
    ...badSkus.map(([what, s]) =>
      order(`for a SKU ${what}`, `{"lines":[{"sku":${s},"quantity":1}]}`, '/lines/0/sku'),
    ),
    order('without lines', '{}', '/lines'),
    order('with no line', '{"lines":[]}', '/lines'),
    order('with lines that are no list', '{"lines":{}}', '/lines'),
    order(
      'of 41 lines',
      JSON.stringify({
        lines: Array.from({ length: 41 }, (_, i) => ({ sku: `s${i}`, quantity: 1 })),
      }),
      '/lines',
    ),
    order(
      'of 100 after merging',
      JSON.stringify({
        lines: [
          { sku, quantity: 50 },
          { sku, quantity: 50 },
        ],
      }),
      '/lines',
    ),
    order(
      'with a price',
      `{"lines":[{"sku":"${sku}","quantity":1,"unitPriceMinor":1}]}`,
      '/lines/0/unitPriceMinor',
    ),
    order('with a user', `{"lines":[{"sku":"${sku}","quantity":1}],"userId":"eve"}`, '/userId'),
    order('with a line that is null', '{"lines":[null]}', '/lines/0'),
    order(
      'whose second line is wrong',
      `{"lines":[{"sku":"${sku}","quantity":1},{"sku":"x"}]}`,
      '/lines/1/quantity',
    ),
  ];

  const price = (name: string, body: string, pointer: string): BadCase => ({
    name: `a product with ${name}`,
    request: { ...product, headers: [...asAdmin, ['If-Match', cast.etag]], body },
    ...invalid,
    pointer,
  });
  const productCases = [
    price('a negative price', '{"name":"n","priceMinor":-1}', '/priceMinor'),
    price('a price over the limit', '{"name":"n","priceMinor":1000000001}', '/priceMinor'),
    price('a price in fractions', '{"name":"n","priceMinor":0.5}', '/priceMinor'),
    price('no price', '{"name":"n"}', '/priceMinor'),
    price('no name', '{"priceMinor":1}', '/name'),
    price('an empty name', '{"name":"","priceMinor":1}', '/name'),
    price('a name of 201 characters', `{"name":"${'n'.repeat(201)}","priceMinor":1}`, '/name'),
    price('a control character in its name', '{"name":"a\\u0007b","priceMinor":1}', '/name'),
    price('half a surrogate pair in its name', '{"name":"\\ud800","priceMinor":1}', '/name'),
    price('an unknown strategy', '{"name":"n","priceMinor":1,"strategy":"hope"}', '/strategy'),
    price('its stock', '{"name":"n","priceMinor":1,"availableUnits":9}', '/availableUnits'),
  ];

  const units = (what: string, value: string): BadCase => ({
    name: `an adjustment by ${what}`,
    request: { ...stock, headers: asAdmin, body: `{"units":${value}}` },
    ...invalid,
    pointer: '/units',
  });
  const adjustments = [
    units('0', '0'),
    units('0.5', '0.5'),
    units('10^9+1', '1000000001'),
    units('-10^9-1', '-1000000001'),
    units('"1"', '"1"'),
    units('null', 'null'),
  ];

  const withKeys = (name: string, headers: readonly Header[]): BadCase[] =>
    [
      { route: orders, token: cast.user, body: goodOrder },
      { route: stock, token: cast.admin, body: '{"units":1}' },
    ].map(({ route, token, body }) => ({
      name: `${route.method} ${route.path.replace(sku, '{sku}')} with ${name}`,
      request: { ...route, headers: [bearer(token), json, ...headers], body },
      status: 400,
      code: 'idempotency-key-invalid',
    }));
  const keys = [
    ...withKeys('no key', []),
    ...withKeys('an empty key', [key('')]),
    ...withKeys('an empty quoted key', [key('""')]),
    ...withKeys('an unfinished quoted key', [key('"abc')]),
    ...withKeys('text behind a quoted key', [key('"abc"d')]),
    ...withKeys('a bad escape in a quoted key', [key('"a\\b"')]),
    ...withKeys('a key of 256 characters', [key('k'.repeat(256))]),
    ...withKeys('a key that is not ASCII', [key('caf\u00e9')]),
    ...withKeys('two keys', [key('one'), key('two')]),
    ...withKeys('one key sent twice', [key('one'), key('one')]),
  ];

  const unauthenticated = (name: string, headers: readonly Header[]): BadCase => ({
    name,
    request: { ...orders, headers: [json, key(), ...headers], body: goodOrder },
    status: 401,
    code: 'unauthenticated',
  });
  const tokens = [
    unauthenticated('no token', []),
    unauthenticated('an empty Authorization', [['Authorization', '']]),
    unauthenticated('another scheme', [['Authorization', 'Basic YTpi']]),
    unauthenticated('a bearer without token', [['Authorization', 'Bearer']]),
    unauthenticated('a token that is no JWT', [bearer('abc')]),
    unauthenticated('a token with a part too many', [bearer(`${cast.user}.x`)]),
    unauthenticated('an expired token', [bearer(cast.expired)]),
    unauthenticated('a tampered token', [bearer(cast.tampered)]),
    unauthenticated("somebody else's signature", [bearer(cast.foreign)]),
    unauthenticated('an unsigned token', [bearer(cast.unsigned)]),
    unauthenticated('a token for another audience', [bearer(cast.otherAudience)]),
    unauthenticated('a subject that is no user id', [bearer(cast.oddSubject)]),
    unauthenticated('two tokens', [bearer(cast.user), bearer(cast.user)]),
    unauthenticated('two tokens in one header', [
      ['Authorization', `Bearer ${cast.user}, Bearer ${cast.user}`],
    ]),
  ];

  const media = (name: string, headers: readonly Header[]): BadCase => ({
    name,
    request: { ...orders, headers: [bearer(cast.user), key(), ...headers], body: goodOrder },
    status: 415,
    code: 'unsupported-media-type',
  });
  const types: BadCase[] = [
    media('no media type', []),
    media('text/plain', [['Content-Type', 'text/plain']]),
    media('a form', [['Content-Type', 'application/x-www-form-urlencoded']]),
    media('a JSON dialect', [['Content-Type', 'application/vnd.api+json']]),
    media('JSON in another charset', [['Content-Type', 'application/json; charset=latin1']]),
    { ...media('a media type that is none', [['Content-Type', 'json']]), thinOnly: true },
    media('a body said to be compressed', [json, ['Content-Encoding', 'br']]),
  ];

  const precondition = (
    name: string,
    headers: readonly Header[],
    status: number,
    code: string,
    path = `/admin/products/${sku}`,
  ): BadCase => ({
    name: `a product changed with ${name}`,
    request: {
      method: 'PUT',
      path,
      headers: [bearer(cast.admin), json, ...headers],
      body: goodProduct,
    },
    status,
    code,
  });
  const preconditions = [
    precondition('no precondition', [], 428, 'precondition-required'),
    precondition('a stale ETag', [['If-Match', '"stale"']], 412, 'stale'),
    precondition('a weak ETag', [['If-Match', `W/${cast.etag}`]], 412, 'stale'),
    precondition('If-None-Match: *', [['If-None-Match', '*']], 412, 'stale'),
    precondition(
      'both preconditions',
      [
        ['If-Match', cast.etag],
        ['If-None-Match', '*'],
      ],
      412,
      'stale',
    ),
    precondition('an ETag without quotes', [['If-Match', 'abc']], 400, 'invalid-request'),
    precondition('If-None-Match with an ETag', [['If-None-Match', '"a"']], 400, 'invalid-request'),
    precondition(
      'an ETag, of an unknown SKU',
      [['If-Match', '"a"']],
      412,
      'stale',
      '/admin/products/unknown-1',
    ),
    precondition(
      'any ETag, of an unknown SKU',
      [['If-Match', '*']],
      412,
      'stale',
      '/admin/products/unknown-1',
    ),
    precondition('a malformed SKU', [], 404, 'unknown-sku', '/admin/products/a.b'),
    precondition('the reserved SKU', [], 404, 'unknown-sku', '/admin/products/top'),
  ];

  const plain = (name: string, request: RawRequest, status: number, code: string): BadCase => ({
    name,
    request,
    status,
    code,
  });
  const user: readonly Header[] = [bearer(cast.user)];
  const others = [
    plain(
      'a body over 16 KiB',
      { ...orders, headers: asUser, body: JSON.stringify({ pad: 'x'.repeat(16_384) }) },
      413,
      'too-large',
    ),
    plain(
      'a product changed by a user',
      { ...product, headers: [bearer(cast.user), json], body: goodProduct },
      403,
      'forbidden',
    ),
    plain(
      'stock adjusted by a user',
      { ...stock, headers: asUser, body: '{"units":1}' },
      403,
      'forbidden',
    ),
    plain(
      'a user without right and with a broken body',
      { ...stock, headers: asUser, body: '{' },
      403,
      'forbidden',
    ),
    plain(
      'a broken body without a token',
      { ...orders, headers: [json], body: '{' },
      401,
      'unauthenticated',
    ),
    plain(
      'a broken body without a key',
      { ...orders, headers: [...user, json], body: '{' },
      400,
      'invalid-request',
    ),
    plain(
      'a large body of the wrong type',
      { ...orders, headers: user, body: 'x'.repeat(20_000) },
      415,
      'unsupported-media-type',
    ),
    plain(
      'an unknown SKU',
      { ...orders, headers: asUser, body: line('unknown-1', 1) },
      404,
      'unknown-sku',
    ),
    plain(
      'more than there is',
      { ...orders, headers: asUser, body: line(sku, 99) },
      409,
      'insufficient-stock',
    ),
    plain(
      'an unknown SKU beside a shortage',
      {
        ...orders,
        headers: asUser,
        body: `{"lines":[{"sku":"${sku}","quantity":99},{"sku":"unknown-1","quantity":1}]}`,
      },
      404,
      'unknown-sku',
    ),
    plain(
      'a write-off below zero',
      { ...stock, headers: asAdmin, body: '{"units":-1000}' },
      409,
      'insufficient-stock',
    ),
    plain(
      'a restock over the limit',
      { ...stock, headers: asAdmin, body: '{"units":1000000000}' },
      409,
      'stock-limit',
    ),
    plain(
      'an adjustment of an unknown SKU',
      {
        ...stock,
        path: '/admin/products/unknown-1/adjustments',
        headers: asAdmin,
        body: '{"units":1}',
      },
      404,
      'unknown-sku',
    ),
    plain(
      'an adjustment of a malformed SKU',
      { ...stock, path: '/admin/products/a.b/adjustments', headers: asAdmin, body: '{"units":1}' },
      404,
      'unknown-sku',
    ),
    plain(
      'an order id that is unknown',
      { method: 'GET', path: `/orders/ord_${'a'.repeat(26)}`, headers: user },
      404,
      'order-not-found',
    ),
    plain(
      'an order id that is malformed',
      { method: 'GET', path: '/orders/ord_1', headers: user },
      404,
      'order-not-found',
    ),
    plain(
      'an order id in capitals',
      { method: 'GET', path: `/orders/ord_${'A'.repeat(26)}`, headers: user },
      404,
      'order-not-found',
    ),
    plain(
      'an order without a token',
      { method: 'GET', path: '/orders/ord_1' },
      401,
      'unauthenticated',
    ),
    plain(
      'a product that is unknown',
      { method: 'GET', path: '/products/unknown-1' },
      404,
      'unknown-sku',
    ),
    plain(
      'a product id that is malformed',
      { method: 'GET', path: '/products/a%20b' },
      404,
      'unknown-sku',
    ),
    plain(
      'a problem code that is unknown',
      { method: 'GET', path: '/problems/none' },
      404,
      'not-found',
    ),
    plain(
      'a problem code from the prototype',
      { method: 'GET', path: '/problems/constructor' },
      404,
      'not-found',
    ),
    plain('the root', { method: 'GET', path: '/' }, 404, 'not-found'),
    plain('an unknown path', { method: 'GET', path: '/nothing/here' }, 404, 'not-found'),
    plain('a path below a route', { method: 'GET', path: '/orders/a/b' }, 404, 'not-found'),
    plain(
      'an unknown path without a token',
      { method: 'POST', path: '/nothing', headers: [json], body: '{}' },
      404,
      'not-found',
    ),
    plain(
      'another method on /orders',
      { method: 'DELETE', path: '/orders' },
      405,
      'method-not-allowed',
    ),
    plain(
      'another method on /orders/{orderId}',
      { method: 'PATCH', path: '/orders/ord_1', headers: [json], body: '{}' },
      405,
      'method-not-allowed',
    ),
    plain(
      'another method on /products/{sku}',
      { method: 'DELETE', path: `/products/${sku}` },
      405,
      'method-not-allowed',
    ),
    plain(
      'another method on an adjustment',
      { method: 'GET', path: `/admin/products/${sku}/adjustments` },
      405,
      'method-not-allowed',
    ),
    plain(
      'another method on /health',
      { method: 'POST', path: '/health', headers: [json], body: '{}' },
      405,
      'method-not-allowed',
    ),
  ];

  return [
    ...bodies,
    ...orderCases,
    ...productCases,
    ...adjustments,
    ...keys,
    ...tokens,
    ...types,
    ...preconditions,
    ...others,
    ...badMoneyCases(cast),
    ...badDeadLetterCases(cast),
    ...badTopCases(cast),
    ...badCartCases(cast),
  ];
}
