import { z } from 'zod';
import type { Connections } from '../race/connections.ts';
import { jsonIn } from '../race/told.ts';
import type { Customer, PlacedOrder } from './asked.ts';
import type { Books, Entry, ShownOrder } from './books.ts';

/** Small, so that the pages of a crowd's entries have seams. */
const PAGE_ENTRIES = 10;

const balanceBody = z.object({ balanceMinor: z.number() });
const entriesBody = z.object({
  items: z.array(
    z.object({
      entryId: z.string(),
      seq: z.number(),
      kind: z.string(),
      amountMinor: z.number(),
      balanceMinor: z.number(),
      ref: z.string(),
    }),
  ),
  nextCursor: z.string().optional(),
});
const orderBody = z.object({ status: z.string(), paymentId: z.string().optional() });

/** Reads a customer's balance and all entries, page by page. */
export async function readBooks(connections: Connections, customer: Customer): Promise<Books> {
  const { userId } = customer;
  const { balanceMinor } = await readAs(connections, customer, '/balance', balanceBody);
  const newestFirst: Entry[] = [];
  let cursor: string | undefined;
  do {
    const after = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const path = `/balance/entries?limit=${PAGE_ENTRIES}${after}`;
    const { items, nextCursor } = await readAs(connections, customer, path, entriesBody);
    if (nextCursor !== undefined && items.length === 0) {
      throw new Error(`An empty page of the entries of ${userId} promises another.`);
    }
    newestFirst.push(...items);
    cursor = nextCursor;
  } while (cursor !== undefined);
  return { userId, balanceMinor, entries: newestFirst.reverse() };
}

/** Reads an order as its owner. */
export async function readOrder(
  connections: Connections,
  { orderId, owner }: PlacedOrder,
): Promise<ShownOrder> {
  const { status, text } = await connections.send({
    route: `GET /orders/${orderId}`,
    token: owner.token,
  });
  const shown = orderBody.safeParse(jsonIn(text)).data;
  if (shown?.status === 'EXPIRED') {
    throw new Error(
      'Reservations ended during the scenario, so that it proves nothing: ' +
        'give the shop a greater RESERVATION_SECONDS.',
    );
  }
  return {
    orderId,
    readStatus: status,
    status: shown?.status ?? 'in an unknown state',
    paymentId: shown?.paymentId,
  };
}

async function readAs<Body>(
  connections: Connections,
  { userId, token }: Customer,
  path: string,
  body: z.ZodType<Body>,
): Promise<Body> {
  const { status, text } = await connections.send({ route: `GET ${path}`, token });
  const { data } = body.safeParse(jsonIn(text));
  if (status === 200 && data !== undefined) return data;
  throw new Error(`GET ${path} can't be read by ${userId}: ${status} ${text}`);
}
