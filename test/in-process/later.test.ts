import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from '@jest/globals';
import { dynamoShop } from '../../lib/adapters/dynamodb/shop.ts';
import { rememberedPrices } from '../../lib/adapters/memory/price-list.ts';
import { strategiesOn } from '../../lib/strategies/index.ts';
import { memoryLocks } from '../contract/bench-shop.ts';
import { createTables } from '../../localstack/shop/tables.ts';
import { type Ask, InProcess, quietEdge, type Told } from './functions.ts';
import { DYNAMODB_ENDPOINT, testDatabase } from '../database.ts';

/** The functions on DynamoDB, with a clock that the test moves. */
const TABLE_PREFIX = `later-${randomUUID()}-`;
const LATER_MS = 11 * 60_000;

let shop: InProcess;
let nowMs = Date.parse('2026-01-01T00:00:00Z');
beforeAll(async () => {
  shop = await InProcess.load();
  await createTables(DYNAMODB_ENDPOINT, TABLE_PREFIX);
  const ports = dynamoShop(testDatabase(TABLE_PREFIX));
  const strategies = strategiesOn({ ...ports, ...memoryLocks() });
  const settings = { currency: 'KRW', reservationMs: 600_000 };
  const clock = { nowMs: () => nowMs, sleep: async () => undefined, random: () => 0 };
  shop.world = {
    app: { ...ports, ...settings, prices: rememberedPrices(), strategies },
    edge: quietEdge(clock, randomUUID),
  };
});

it('answers equal requests with equal bytes 11 minutes later, the order paid or expired', async () => {
  const boss = { user: 'boss', admin: true };
  const send = async (ask: Omit<Ask, 'key'>): Promise<[Ask, Told]> => {
    const asked = { key: randomUUID(), ...ask };
    return [asked, await shop.send(asked)];
  };
  const sku = `sku-${randomUUID().slice(0, 8)}`;
  const product = { name: 'Shoe', priceMinor: 100 };
  await shop.send({ ...boss, route: `PUT /admin/products/${sku}`, body: product });
  const ordering = { route: 'POST /orders', body: { lines: [{ sku, quantity: 1 }] } } as const;
  const stocking = { ...boss, route: `POST /admin/products/${sku}/adjustments` } as const;
  const stocked = await send({ ...stocking, body: { units: 2 } });
  const [toPay, toExpire] = [
    await send({ ...ordering, user: 'ann' }),
    await send({ ...ordering, user: 'bob' }),
  ];
  const charged = await send({ route: 'POST /charges', user: 'ann', body: { amountMinor: 100 } });
  const body = { orderId: toPay[1].json['orderId'] };
  const paid = await send({ route: 'POST /payments', user: 'ann', body });

  nowMs += LATER_MS;
  // Takes the units of the order that expired.
  expect((await send({ ...ordering, user: 'eve' }))[1].status).toBe(201);

  for (const [asked, first] of [stocked, toPay, toExpire, charged, paid]) {
    const again = await shop.send(asked);
    expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
    expect(first.headers).not.toHaveProperty('Idempotent-Replayed');
    expect(again.headers['Idempotent-Replayed']).toBe('true');
  }
  const read = ([{ user = '' }, { json }]: [Ask, Told]) =>
    shop.send({ route: `GET /orders/${String(json['orderId'])}`, user });
  const [paidOrder, expiredOrder] = [await read(toPay), await read(toExpire)];
  expect([paidOrder.json['status'], expiredOrder.json['status']]).toEqual(['PAID', 'EXPIRED']);
});
