import { beforeAll, expect, it } from '@jest/globals';
import { rememberedPrices } from '../../lib/adapters/memory/price-list.ts';
import { memoryShop } from '../../lib/adapters/memory/shop.ts';
import { strategiesOn } from '../../lib/strategies/index.ts';
import { memoryLocks } from '../contract/bench-shop.ts';
import { InProcess, quietEdge } from './functions.ts';

let shop: InProcess;
beforeAll(async () => {
  shop = await InProcess.load();
});

it('drives the functions on a store and a clock of its own', async () => {
  const ports = memoryShop();
  const strategies = strategiesOn({ ...ports, ...memoryLocks() });
  const app = { ...ports, prices: rememberedPrices(), strategies };
  const clock = { nowMs: () => 0, sleep: async () => undefined, random: () => 0 };
  let drawn = 0;
  const edge = quietEdge(clock, () => `request-${(drawn += 1)}`);
  shop.world = { app: { ...app, currency: 'KRW', reservationMs: 600_000 }, edge };
  const boss = { user: 'boss', admin: true };

  await shop.send({ ...boss, route: 'PUT /admin/products/a', body: { name: 'A', priceMinor: 5 } });
  const adjusting = { ...boss, route: 'POST /admin/products/a/adjustments' } as const;
  await shop.send({ ...adjusting, key: 'k', body: { units: 1 } });
  const order = { user: 'ann', route: 'POST /orders', key: 'k' } as const;
  const body = { lines: [{ sku: 'a', quantity: 1 }] };
  const first = await shop.send({ ...order, body });
  const again = await shop.send({ ...order, body });

  expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
  expect(again.headers['Idempotent-Replayed']).toBe('true');
  const path = first.headers['Location'] ?? '';
  expect((await shop.send({ route: `GET ${path}`, user: 'ann' })).status).toBe(200);
  expect((await shop.send({ route: `GET ${path}`, user: 'bob' })).status).toBe(404);
});
