import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, putOnSale } from '../../localstack/shop/client.ts';

/** What one load came to: how long each order took from its moment to its decision. */
export interface Load {
  readonly settledMs: readonly number[];
  /** Orders that were not decided within their 10 s, by status. */
  readonly others: Readonly<Record<string, number>>;
}

export interface LoadOptions {
  readonly url: string;
  readonly token: string;
  /** Orders go round among them. */
  readonly skus: readonly string[];
  readonly perSecond: number;
  readonly seconds: number;
}

/** Products with more units than anybody orders here. */
export async function putManyOnSale(url: string, count: number, units: number): Promise<string[]> {
  const skus = Array.from({ length: count }, () => `open-${randomUUID().slice(0, 13)}`);
  const product = { name: 'Open loop', priceMinor: 100, units, strategy: 'kafka-keyed' };
  for (const sku of skus) await putOnSale(url, { sku, ...product });
  return skus;
}

/**
 * Sends orders at their moments, whether or not earlier ones were answered: a shop that falls behind
 * is not given the time to catch up, as a crowd that waits for answers would give it.
 */
export async function load({ url, token, skus, perSecond, seconds }: LoadOptions): Promise<Load> {
  const settledMs: number[] = [];
  const others: Record<string, number> = {};
  const startMs = performance.now();
  const orders = Array.from({ length: perSecond * seconds }, async (_, n) => {
    const dueMs = startMs + (n * 1000) / perSecond;
    await sleep(Math.max(0, dueMs - performance.now()));
    const sku = skus[n % skus.length];
    const { status } = await call(url, 'POST /orders', {
      ...{ token, key: randomUUID(), headers: { Prefer: 'wait=10' } },
      body: { lines: [{ sku, quantity: 1 }] },
    });
    if (status === 201 || status === 409) settledMs.push(performance.now() - dueMs);
    else others[status] = (others[status] ?? 0) + 1;
  });
  await Promise.all(orders);
  return { settledMs, others };
}
