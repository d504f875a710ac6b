import {
  type BadCase,
  bearer,
  brokenBodies,
  type Cast,
  type Header,
  json,
  key,
} from './bad-input-cases.ts';

const badAmounts: readonly (readonly [string, string])[] = [
  ['0', '0'],
  ['-1', '-1'],
  ['0.5', '0.5'],
  ['10^10+1', '10000000001'],
  ['2^53+1', '9007199254740993'],
  ['1e400', '1e400'],
  ['"1"', '"1"'],
  ['null', 'null'],
  ['a list', '[1]'],
];

const badRefs: readonly (readonly [string, string])[] = [
  ['empty', '""'],
  ['with a space', '"a b"'],
  ['with a slash', '"a/b"'],
  ['of 129 characters', `"${'a'.repeat(129)}"`],
  ['a number', '1'],
  ['null', 'null'],
];

const badOrderIds: readonly (readonly [string, string])[] = [
  ['empty', '""'],
  ['too short', '"ord_1"'],
  ['in capitals', `"ord_${'A'.repeat(26)}"`],
  ['of a payment', `"pay_${'a'.repeat(26)}"`],
  ['a number', '1'],
  ['null', 'null'],
];

/** Payments, charges and lists that are refused. */
export function badMoneyCases(cast: Cast): BadCase[] {
  const user: Header = bearer(cast.user);
  const payments = { method: 'POST', path: '/payments' } as const;
  const charges = { method: 'POST', path: '/charges' } as const;
  const nowhere = `{"orderId":"ord_${'a'.repeat(26)}"}`;

  const post = (
    name: string,
    route: typeof payments | typeof charges,
    body?: string | Uint8Array,
  ) => ({
    name: `${route.method} ${route.path} with ${name}`,
    request: { ...route, headers: [user, json, key()], body },
    ...{ status: 400, code: 'invalid-request' },
  });
  const bodies = [payments, charges].flatMap((route) =>
    brokenBodies.map(([what, body]) => post(what, route, body)),
  );
  const values = [
    ...badAmounts.map(([what, amount]) => ({
      ...post(`an amount of ${what}`, charges, `{"amountMinor":${amount}}`),
      pointer: '/amountMinor',
    })),
    ...badRefs.map(([what, ref]) => ({
      ...post(`a reference ${what}`, charges, `{"amountMinor":1,"providerRef":${ref}}`),
      pointer: '/providerRef',
    })),
    ...badOrderIds.map(([what, id]) => ({
      ...post(`an order id ${what}`, payments, `{"orderId":${id}}`),
      pointer: '/orderId',
    })),
    {
      ...post('an amount', payments, nowhere.replace('}', ',"amountMinor":1}')),
      pointer: '/amountMinor',
    },
    { ...post('a user', charges, '{"amountMinor":1,"userId":"eve"}'), pointer: '/userId' },
  ];
  const guards = [
    { route: payments, body: nowhere },
    { route: charges, body: '{"amountMinor":1}' },
  ].flatMap(({ route, body }) => {
    const name = `${route.method} ${route.path} with`;
    return [
      {
        name: `${name} no token`,
        request: { ...route, headers: [json, key()], body },
        ...{ status: 401, code: 'unauthenticated' },
      },
      {
        name: `${name} no key`,
        request: { ...route, headers: [user, json], body },
        ...{ status: 400, code: 'idempotency-key-invalid' },
      },
      {
        name: `${name} text/plain`,
        request: {
          ...route,
          headers: [user, key(), ['Content-Type', 'text/plain'] as const],
          body,
        },
        ...{ status: 415, code: 'unsupported-media-type' },
      },
    ];
  });

  const list = (name: string, query: string): BadCase => ({
    name: `a list of entries with ${name}`,
    request: { method: 'GET', path: `/balance/entries?${query}`, headers: [user] },
    ...{ status: 400, code: 'invalid-request' },
  });
  const cursor = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const get = (path: string): BadCase => ({
    name: `GET ${path} without a token`,
    request: { method: 'GET', path },
    ...{ status: 401, code: 'unauthenticated' },
  });
  return [
    ...bodies,
    ...values,
    ...guards,
    {
      name: 'a payment of an order that is unknown',
      request: { ...payments, headers: [user, json, key()], body: nowhere },
      ...{ status: 404, code: 'order-not-found' },
    },
    list('limit 0', 'limit=0'),
    list('limit 101', 'limit=101'),
    list('limit -1', 'limit=-1'),
    list('limit 1.0', 'limit=1.0'),
    list('an empty limit', 'limit='),
    list('two limits', 'limit=1&limit=2'),
    list('an empty cursor', 'cursor='),
    list('a cursor that is none', 'cursor=abc'),
    list('a cursor of another list', `cursor=${cursor('ord_1')}`),
    list('a cursor before the first entry', `cursor=${cursor(0)}`),
    list('a cursor in another spelling', `cursor=${cursor(3)}%3D`),
    list('two cursors', `cursor=${cursor(3)}&cursor=${cursor(3)}`),
    get('/balance'),
    get('/balance/entries'),
    {
      name: 'another method on /balance',
      request: { method: 'DELETE', path: '/balance' },
      ...{ status: 405, code: 'method-not-allowed' },
    },
    {
      name: 'another method on /payments',
      request: { method: 'GET', path: '/payments' },
      ...{ status: 405, code: 'method-not-allowed' },
    },
  ];
}
