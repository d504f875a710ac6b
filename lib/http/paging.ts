import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { z } from 'zod';
import { invalid } from './problems.ts';

const LIMIT_MAX = 100;
const LIMIT_DEFAULT = 20;

/** What a client asked for of a list: so many items, from where an earlier page ended. */
export interface PageAsked<Position> {
  readonly limit: number;
  readonly after: Position | undefined;
}

/** Reads `limit` and `cursor`, or refuses them; the schema says what a position of this list is. */
export function readPage<Position>(
  { multiValueQueryStringParameters }: APIGatewayProxyEvent,
  position: z.ZodType<Position>,
): PageAsked<Position> {
  const { limit: limits = [], cursor: cursors = [] } = multiValueQueryStringParameters ?? {};
  const [limit = String(LIMIT_DEFAULT)] = limits;
  if (limits.length > 1 || !/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > LIMIT_MAX) {
    throw invalid([{ pointer: '', detail: `takes one limit from 1 to ${LIMIT_MAX}` }]);
  }
  const [cursor] = cursors;
  if (cursor === undefined) return { limit: Number(limit), after: undefined };
  const after = position.safeParse(decoded(cursor));
  if (cursors.length > 1 || !after.success) {
    throw invalid([{ pointer: '', detail: 'takes the cursor that an earlier page gave' }]);
  }
  return { limit: Number(limit), after: after.data };
}

/** A page as contract.md shows it; `next` is where the following one begins, if there is one. */
export const pageView = (items: readonly unknown[], next: unknown) => ({
  items,
  ...(next === undefined ? {} : { nextCursor: encoded(next) }),
});

const encoded = (position: unknown): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

function decoded(cursor: string): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    // Only the one way of writing it that this shop uses.
    return encoded(value) === cursor ? value : undefined;
  } catch {
    return undefined;
  }
}
