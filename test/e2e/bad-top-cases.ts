import { type BadCase, bearer, type Cast, type Header } from './bad-input-cases.ts';

/** Questions for the products that sell best that are refused, and what else stands at their path. */
export function badTopCases(cast: Cast): BadCase[] {
  const path = '/products/top';
  const badQuery = (name: string, query: string, headers: readonly Header[] = []): BadCase => ({
    name: `the top products with ${name}`,
    request: { method: 'GET', path: `${path}?${query}`, headers },
    ...{ status: 400, code: 'invalid-request', pointer: '' },
  });
  const bounds = [
    ['days', 31],
    ['limit', 51],
  ] as const;
  return [
    ...bounds.flatMap(([what, over]) => [
      badQuery(`${what} 0`, `${what}=0`),
      badQuery(`${what} ${over}`, `${what}=${over}`),
      badQuery(`negative ${what}`, `${what}=-1`),
      badQuery(`${what} in fractions`, `${what}=1.5`),
      badQuery(`${what} in hexadecimal`, `${what}=0x5`),
      badQuery(`${what} with a plus`, `${what}=%2B5`),
      badQuery(`${what} with a leading zero`, `${what}=05`),
      badQuery(`empty ${what}`, `${what}=`),
      badQuery(`${what} that is a word`, `${what}=all`),
      badQuery(`${what} twice`, `${what}=1&${what}=1`),
    ]),
    badQuery('a wrong days beside a good limit, for a user too', 'days=99&limit=5', [
      bearer(cast.user),
    ]),
    {
      name: 'another method on /products/top',
      request: { method: 'DELETE', path },
      ...{ status: 405, code: 'method-not-allowed' },
    },
  ];
}
