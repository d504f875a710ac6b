import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Answer, call, putOnSale } from '../../localstack/shop/client.ts';
import { signToken } from '../../localstack/shop/keys.ts';
import type { Shop } from '../../localstack/shop/open.ts';
import { deciding } from '../strategies.ts';
import { admin, openTestShop, order, statuses, times, unitsLeft } from './shop.ts';

/** A great sale, during which its product is sold one way after the other. */

const [ORDERS, UNITS, AT_A_TIME] = [1_000, 700, 12];
/** The last strategy has as much to sell as each before it. */
const SWITCH_EVERY = Math.floor(UNITS / deciding.length);

let shop: Shop;
let ann: string;
let token: string;
beforeAll(async () => {
  shop = await openTestShop();
  ann = await signToken('ann');
  token = await admin();
}, 60_000);
afterAll(() => shop.stop());

async function soldBy(sku: string, strategy: string): Promise<void> {
  const { headers } = await call(shop.url, `GET /products/${sku}`);
  const changed = await call(shop.url, `PUT /admin/products/${sku}`, {
    token,
    body: { name: `Sold by ${strategy}`, priceMinor: 100, strategy },
    headers: { 'If-Match': headers.get('etag') ?? '' },
  });
  expect([changed.status, changed.json['strategy']]).toEqual([200, strategy]);
}

it('sells every unit once while the strategy changes with each sixth of them', async () => {
  const [first, ...others] = deciding;
  const sku = `sku-${randomUUID().slice(0, 13)}`;
  const units = UNITS;
  await putOnSale(shop.url, { sku, name: 'A thing', priceMinor: 100, units, strategy: first });
  const answers: Answer[] = [];
  const sold = (): Answer[] => answers.filter(({ status }) => status === 201);
  let sent = 0;
  const shopper = async () => {
    while (sent < ORDERS) {
      sent += 1;
      answers.push(await order(shop.url, ann, [[sku, 1]]));
    }
  };
  const crowd = Promise.all(times(AT_A_TIME, shopper));
  for (const [index, strategy] of others.entries()) {
    while (sold().length < (index + 1) * SWITCH_EVERY) await new Promise((ok) => setTimeout(ok, 5));
    await soldBy(sku, strategy);
  }
  expect(others.length).toBeGreaterThanOrEqual(5);
  await crowd;

  expect(statuses(answers)).toEqual({ '201': UNITS, '409 insufficient-stock': ORDERS - UNITS });
  const ids = new Set(sold().map(({ json }) => json['orderId']));
  expect(ids.size).toBe(UNITS);
  expect(await unitsLeft(shop.url, sku)).toBe(0);
  // Each order kept the name of the offer under which it was sold: every strategy had its share.
  const names = sold().map(({ json }) => (json['lines'] as { name: string }[])[0]?.name);
  const soldOf = Map.groupBy(names, (name) => name);
  const shares = [...soldOf].map(([name, { length }]) => [name, length > SWITCH_EVERY / 2]);
  expect(Object.fromEntries(shares)).toEqual(
    Object.fromEntries(
      ['A thing', ...others.map((name) => `Sold by ${name}`)].map((n) => [n, true]),
    ),
  );
}, 120_000);
