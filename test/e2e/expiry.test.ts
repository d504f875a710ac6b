import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { call } from '../../localstack/shop/client.ts';
import { signToken } from '../../localstack/shop/keys.ts';
import type { Shop } from '../../localstack/shop/open.ts';
import { onSale, openTestShop, order, statuses, unitsLeft } from './shop.ts';

/** Reservations that end while nobody sweeps: a real clock, and reservations of some seconds. */
const RESERVATION_SECONDS = 15;

let shop: Shop;
let ann: string;
beforeAll(async () => {
  shop = await openTestShop('thin', { RESERVATION_SECONDS: String(RESERVATION_SECONDS) });
  ann = await signToken('ann');
});
afterAll(() => shop.stop());

const untilAfter = async (at: unknown): Promise<void> => {
  await sleep(Math.max(0, Date.parse(String(at)) - Date.now() + 5));
};

it('sells what 99 single and 40 multi-product expired orders hold, within the request', async () => {
  const [a, b] = [await onSale(shop.url, 139), await onSale(shop.url, 40)];
  const placing = [
    ...Array.from({ length: 99 }, () => order(shop.url, ann, [[a, 1]])),
    ...Array.from({ length: 40 }, () =>
      order(shop.url, ann, [
        [a, 1],
        [b, 1],
      ]),
    ),
  ];
  const placed = await Promise.all(placing);
  expect(statuses(placed)).toEqual({ '201': 139 });
  expect((await order(shop.url, ann, [[a, 1]])).status).toBe(409);
  const ends = placed.map(({ json }) => String(json['expiresAt'])).sort();
  await untilAfter(ends.at(-1));

  const answer = await order(shop.url, ann, [
    [a, 99],
    [b, 40],
  ]);

  expect(answer.status).toBe(201);
  expect([await unitsLeft(shop.url, a), await unitsLeft(shop.url, b)]).toEqual([40, 0]);
  const { orderId, expiresAt } = placed[0]?.json ?? {};
  const read = await call(shop.url, `GET /orders/${String(orderId)}`, { token: ann });
  expect(read.json).toMatchObject({ status: 'EXPIRED', expiredAt: expiresAt });
});

it('reads an order as expired once its time is over, swept or not', async () => {
  const sku = await onSale(shop.url, 1);
  const { json } = await order(shop.url, ann, [[sku, 1]]);
  const read = () => call(shop.url, `GET /orders/${String(json['orderId'])}`, { token: ann });
  expect((await read()).json['status']).toBe('PENDING_PAYMENT');
  await untilAfter(json['expiresAt']);
  expect((await read()).json).toEqual({ ...json, status: 'EXPIRED', expiredAt: json['expiresAt'] });
  expect(await unitsLeft(shop.url, sku)).toBe(0);
});

it('gives a crowd the expired units, each once', async () => {
  const sku = await onSale(shop.url, 12);
  const placed = await Promise.all(
    Array.from({ length: 12 }, () => order(shop.url, ann, [[sku, 1]])),
  );
  await untilAfter(
    placed
      .map(({ json }) => String(json['expiresAt']))
      .sort()
      .at(-1),
  );
  const crowd = await Promise.all(
    Array.from({ length: 30 }, () => order(shop.url, ann, [[sku, 1]])),
  );
  expect(statuses(crowd)).toEqual({ '201': 12, '409 insufficient-stock': 18 });
  expect(await unitsLeft(shop.url, sku)).toBe(0);
});
