import { type BadCase, bearer, type Cast, type Header } from './bad-input-cases.ts';

/** Lists and replays of dead letters that are refused. */
export function badDeadLetterCases(cast: Cast): BadCase[] {
  const admin: Header = bearer(cast.admin);
  const list = { method: 'GET', path: '/admin/dead-letters' } as const;
  const replayOf = (id: string) => ({ method: 'POST', path: `/admin/dead-letters/${id}/replay` });
  const id = 'a'.repeat(26);
  const cursor = (value: unknown) =>
    `cursor=${Buffer.from(JSON.stringify(value)).toString('base64url')}`;

  const badPage = (name: string, query: string): BadCase => ({
    name: `a list of dead letters with ${name}`,
    request: { ...list, path: `${list.path}?${query}`, headers: [admin] },
    ...{ status: 400, code: 'invalid-request' },
  });
  const notFound = (name: string, given: string): BadCase => ({
    name: `a replay of a dead letter whose id is ${name}`,
    request: { ...replayOf(given), headers: [admin] },
    ...{ status: 404, code: 'dead-letter-not-found' },
  });
  const guards = [list, replayOf(id)].flatMap((request): BadCase[] => [
    {
      name: `${request.method} of dead letters without a token`,
      ...{ request, status: 401, code: 'unauthenticated' },
    },
    {
      name: `${request.method} of dead letters by a user`,
      request: { ...request, headers: [bearer(cast.user)] },
      ...{ status: 403, code: 'forbidden' },
    },
  ]);
  const at = '2026-01-01T00:00:00.000Z';
  return [
    ...guards,
    badPage('limit 0', 'limit=0'),
    badPage('limit 101', 'limit=101'),
    badPage('a cursor that is none', 'cursor=abc'),
    badPage('a cursor of another list', cursor(3)),
    badPage('a cursor without an id', cursor({ at })),
    badPage('a cursor with a malformed id', cursor({ at, deadLetterId: 'A' })),
    badPage('a cursor with a time that is none', cursor({ at: 'z', deadLetterId: id })),
    badPage('a cursor with more in it', cursor({ at, deadLetterId: id, more: 1 })),
    notFound('unknown', id),
    notFound('too short', 'abc'),
    notFound('in capitals', 'A'.repeat(26)),
    notFound('of an order', `ord_${id}`),
    {
      name: 'another method on /admin/dead-letters',
      request: { method: 'DELETE', path: list.path },
      ...{ status: 405, code: 'method-not-allowed' },
    },
    {
      name: 'another method on a replay',
      request: { ...replayOf(id), method: 'GET' },
      ...{ status: 405, code: 'method-not-allowed' },
    },
  ];
}
