import { randomUUID } from 'node:crypto';
import { call, putOnSale } from '../../localstack/shop/client.ts';
import { placeInTicket } from '../../localstack/shop/ticket-place.ts';

/**
 * Orders of a product that is sold out, and then one of another product in the same partition: how long
 * that one waits behind the refusals, from its acknowledgement to its decision.
 */
export async function behindRefusals(
  url: string,
  token: string,
  refusals: number,
): Promise<number> {
  const soldOut = `out-${randomUUID().slice(0, 13)}`;
  await putOnSale(url, { sku: soldOut, ...product, units: 0 });
  const { partition } = await queue(url, token, soldOut);
  const other = await inPartition(url, token, partition);
  const refused = Array.from({ length: refusals }, () => queue(url, token, soldOut));
  await Promise.all(refused);
  const { ticket } = await queue(url, token, other);
  const startMs = performance.now();
  for (;;) {
    const { json } = await call(url, `GET /tickets/${ticket}`, { token });
    if (json['status'] === 'CONFIRMED') return performance.now() - startMs;
    if (json['status'] !== 'QUEUED') throw new Error(`it was ${String(json['status'])}`);
  }
}

const product = { name: 'Behind refusals', priceMinor: 100, strategy: 'kafka-keyed' };

async function queue(url: string, token: string, sku: string) {
  const answer = await call(url, 'POST /orders', {
    ...{ token, key: randomUUID(), body: { lines: [{ sku, quantity: 1 }] } },
  });
  if (answer.status !== 202) throw new Error(`not queued: ${answer.status} ${answer.text}`);
  const ticket = String(answer.json['ticket']);
  return { ticket, partition: placeInTicket(ticket)?.partition };
}

/** A product with units whose orders stand in this partition. */
async function inPartition(
  url: string,
  token: string,
  wanted: number | undefined,
): Promise<string> {
  for (;;) {
    const sku = `beside-${randomUUID().slice(0, 13)}`;
    await putOnSale(url, { sku, ...product, units: 9 });
    if ((await queue(url, token, sku)).partition === wanted) return sku;
  }
}
