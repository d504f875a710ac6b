import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Answer, call } from '../../localstack/shop/client.ts';
import { signToken } from '../../localstack/shop/keys.ts';
import type { Shop } from '../../localstack/shop/open.ts';
import { admin, onSale, openTestShop, order, statuses, unitsLeft } from './shop.ts';

/** What happens in the middle of a sale. */

let shop: Shop;
let ann: string;
let boss: string;
beforeAll(async () => {
  shop = await openTestShop();
  ann = await signToken('ann');
  boss = await admin();
});
afterAll(() => shop.stop());

const adjust = (sku: string, units: number) =>
  call(shop.url, `POST /admin/products/${sku}/adjustments`, {
    token: boss,
    key: randomUUID(),
    body: { units },
  });

/** So many calls, at most `concurrency` of them at once. */
async function crowd<T>(n: number, concurrency: number, one: (i: number) => Promise<T>) {
  const answers: T[] = [];
  let next = 0;
  const shopper = async (): Promise<void> => {
    while (next < n) {
      const i = next;
      next += 1;
      answers.push(await one(i));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, shopper));
  return answers;
}

it('sells 600 units to 1,000 orders, 50 at a time', async () => {
  const sku = await onSale(shop.url, 600);
  const answers = await crowd(1_000, 50, () => order(shop.url, ann, [[sku, 1]]));
  expect(statuses(answers)).toEqual({ '201': 600, '409 insufficient-stock': 400 });
  expect(await unitsLeft(shop.url, sku)).toBe(0);
});

it('refuses no order while enough units are free during the whole of its request', async () => {
  // Between any two moments of this sale at least 30 units are free: restocks come before orders.
  const sku = await onSale(shop.url, 30);
  const answers = await crowd(150, 15, async () => {
    const restocked = await adjust(sku, 2);
    const placed = await order(shop.url, ann, [[sku, 2]]);
    return [restocked, placed];
  });
  expect(statuses(answers.flat())).toEqual({ '201': 300 });
  expect(await unitsLeft(shop.url, sku)).toBe(30);
});

it('decides 100 orders of two products in opposite order, all or nothing each', async () => {
  const [a, b] = [await onSale(shop.url, 35), await onSale(shop.url, 50)];
  const answers = await crowd(100, 100, (i) => {
    const lines = [
      [a, 1],
      [b, 1],
    ] as [string, number][];
    return order(shop.url, ann, i % 2 === 0 ? lines : lines.reverse());
  });
  expect(statuses(answers)).toEqual({ '201': 35, '409 insufficient-stock': 65 });
  expect([await unitsLeft(shop.url, a), await unitsLeft(shop.url, b)]).toEqual([0, 15]);
  for (const { json } of answers.filter(({ status }) => status === 409)) {
    expect(json['shortages']).toEqual([{ sku: a, requestedUnits: 1, availableUnits: 0 }]);
  }
});

it('sells at no old price, name or strategy once the change was answered', async () => {
  const sku = await onSale(shop.url, 1_000, 1);
  let etag = (await call(shop.url, `GET /products/${sku}`)).headers.get('etag') ?? '';
  let answered = 1;
  let selling = true;
  const sold: { floor: number; ceiling: number; answer: Answer }[] = [];

  const shoppers = Array.from({ length: 8 }, async () => {
    while (selling) {
      const floor = answered;
      const answer = await order(shop.url, ann, [[sku, 1]]);
      sold.push({ floor, ceiling: answered + 1, answer });
    }
  });
  for (let priceMinor = 2; priceMinor <= 12; priceMinor += 1) {
    // However slow the machine is, some are sold between any two changes.
    const enough = sold.length + 2;
    while (sold.length < enough) await setImmediate();
    const body = { name: `v${priceMinor}`, priceMinor, strategy: 'conditional-write' };
    const headers = { 'If-Match': etag };
    const changed = await call(shop.url, `PUT /admin/products/${sku}`, {
      token: boss,
      body,
      headers,
    });
    expect(changed.status).toBe(200);
    etag = changed.headers.get('etag') ?? '';
    answered = priceMinor;
  }
  selling = false;
  await Promise.all(shoppers);

  expect(sold.length).toBeGreaterThan(20);
  for (const { floor, ceiling, answer } of sold) {
    expect(answer.status).toBe(201);
    const [line] = answer.json['lines'] as { name: string; unitPriceMinor: number }[];
    expect(line?.unitPriceMinor).toBeGreaterThanOrEqual(floor);
    expect(line?.unitPriceMinor).toBeLessThanOrEqual(ceiling);
    if (line !== undefined && line.unitPriceMinor > 1)
      expect(line.name).toBe(`v${line.unitPriceMinor}`);
  }
});
