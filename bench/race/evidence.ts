import pLimit from 'p-limit';
import { z } from 'zod';
import type { Connections } from './connections.ts';
import type { Evidence, Sale } from './law.ts';
import type { Place } from './turn.ts';
import { jsonIn, type Told } from './told.ts';

/** One shopper's order and what the shop said of it. */
export interface Decided {
  readonly token: string;
  readonly told: Told;
  readonly queued?: Place;
}

export interface Sold {
  readonly sku: string;
  readonly units: number;
  readonly orders: number;
}

const READS_AT_A_TIME = 20;

const productBody = z.object({ availableUnits: z.number() });
const orderBody = z.object({
  status: z.string(),
  lines: z.array(z.object({ sku: z.string(), quantity: z.number() })),
});

/** Asks the shop what it shows of a run that is over, each order as its owner. */
export async function gatherEvidence(
  connections: Connections,
  sold: Sold,
  decided: readonly Decided[],
): Promise<Evidence> {
  const limit = pLimit(READS_AT_A_TIME);
  const sales = decided.flatMap(({ token, told }) =>
    told.kind === 'accepted' ? [limit(() => readSale(connections, told.orderId, token))] : [],
  );
  const others = decided.flatMap(({ told }) => (told.kind === 'other' ? [told] : []));
  return {
    ...sold,
    sales: await Promise.all(sales),
    refused: decided.filter(({ told }) => told.kind === 'refused').length,
    other: others.length,
    unsettled: others.filter(({ unsettled }) => unsettled).length,
    availableUnits: await readStock(connections, sold.sku),
    turns: decided.flatMap(({ queued, told }) =>
      queued && told.kind !== 'other' ? [{ ...queued, accepted: told.kind === 'accepted' }] : [],
    ),
  };
}

async function readStock(connections: Connections, sku: string): Promise<number> {
  const answer = await connections.send({ route: `GET /products/${sku}` });
  const { data } = productBody.safeParse(jsonIn(answer.text));
  if (answer.status === 200 && data !== undefined) return data.availableUnits;
  throw new Error(`The stock of ${sku} can't be read: ${answer.status} ${answer.text}`);
}

async function readSale(connections: Connections, orderId: string, token: string): Promise<Sale> {
  const { status, text } = await connections.send({ route: `GET /orders/${orderId}`, token });
  const order = orderBody.safeParse(jsonIn(text)).data;
  if (order?.status === 'EXPIRED') {
    throw new Error(
      'Reservations ended during the run, so that it proves nothing: ' +
        'give the shop a greater RESERVATION_SECONDS.',
    );
  }
  return { orderId, readStatus: status, lines: order?.lines ?? [] };
}
