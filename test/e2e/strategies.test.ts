import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call, putOnSale } from '../../localstack/shop/client.ts';
import { signToken } from '../../localstack/shop/keys.ts';
import type { Shop } from '../../localstack/shop/open.ts';
import { deciding, redisLocks, withoutRedis } from '../strategies.ts';
import { costOf, openTestShop, order, statuses, times, unitsLeft } from './shop.ts';

/** Each way of meeting contention, over HTTP: they differ in cost, and in nothing that is promised. */

async function onSale(url: string, units: number, strategy: string): Promise<string> {
  const sku = `sku-${randomUUID().slice(0, 13)}`;
  await putOnSale(url, { sku, name: 'A thing', priceMinor: 100, units, strategy });
  return sku;
}

describe('with all engines', () => {
  let shop: Shop;
  let ann: string;
  beforeAll(async () => {
    shop = await openTestShop();
    ann = await signToken('ann');
    // A process that has just begun is slow at everything, and 30 orders at once would time out.
    const sku = await onSale(shop.url, 20, 'conditional-write');
    for (const crowd of [1, 4, 15]) {
      await Promise.all(times(crowd, () => order(shop.url, ann, [[sku, 1]])));
    }
  }, 60_000);
  afterAll(() => shop.stop());

  it.each(deciding)('%s sells 20 units to 30 shoppers, exactly', async (strategy) => {
    const sku = await onSale(shop.url, 20, strategy);
    const answers = await Promise.all(times(30, () => order(shop.url, ann, [[sku, 1]])));
    expect(statuses(answers)).toEqual({ '201': 20, '409 insufficient-stock': 10 });
    expect(await unitsLeft(shop.url, sku)).toBe(0);
  });

  it.each(deciding)('%s makes one order of 20 equal requests at once', async (strategy) => {
    const sku = await onSale(shop.url, 30, strategy);
    const key = randomUUID();
    const answers = await Promise.all(times(20, () => order(shop.url, ann, [[sku, 1]], key)));
    expect(statuses(answers)).toEqual({ '201': 20 });
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const marked = answers.filter(({ headers }) => headers.has('idempotent-replayed'));
    expect(marked).toHaveLength(19);
    expect(await unitsLeft(shop.url, sku)).toBe(29);
    expect((await order(shop.url, ann, [[sku, 2]], key)).status).toBe(422);
  });

  it.each([
    ['conditional-write', 1, undefined],
    ['dynamodb-lease', 2, undefined],
    ['redis-spin', 1, 2],
    ['redis-pubsub', 1, 2],
    ['redis-combining', 2, 2],
  ])('%s costs %i requests and %s Redis commands when alone', async (strategy, ...cost) => {
    const sku = await onSale(shop.url, 9, strategy);
    // The first one reads the price, and opens what waiting needs.
    await order(shop.url, ann, [[sku, 1]]);
    const { requests, redisCommands } = costOf(await order(shop.url, ann, [[sku, 1]]));
    expect([requests, redisCommands]).toEqual(cost);
  });

  it('decides an order of several products at once, whatever their strategies', async () => {
    const skus = await Promise.all(deciding.map((name) => onSale(shop.url, 1, name)));
    const lines = skus.map((sku) => [sku, 1] as const);
    expect((await order(shop.url, ann, lines)).status).toBe(201);
    expect((await order(shop.url, ann, lines)).json['shortages']).toHaveLength(skus.length);
  });
});

describe('without Redis', () => {
  let shop: Shop;
  let ann: string;
  beforeAll(async () => {
    shop = await openTestShop('thin', { REDIS_URL: 'redis://127.0.0.1:1' });
    ann = await signToken(randomUUID());
  }, 60_000);
  afterAll(() => shop.stop());

  it.each(redisLocks)(
    '%s answers unavailable, and sells nothing without its lock',
    async (strategy) => {
      const sku = await onSale(shop.url, 1, strategy);
      const key = randomUUID();
      const answer = await order(shop.url, ann, [[sku, 1]], key);
      expect([answer.status, answer.json['code']]).toEqual([503, 'unavailable']);
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(await unitsLeft(shop.url, sku)).toBe(1);
    },
  );

  it('leaves the other strategies, charges and payments untouched', async () => {
    for (const strategy of withoutRedis) {
      const sku = await onSale(shop.url, 1, strategy);
      const placed = await order(shop.url, ann, [[sku, 1]]);
      expect(placed.status).toBe(201);
      const post = (route: string, body: object) =>
        call(shop.url, route, { token: ann, key: randomUUID(), body });
      expect((await post('POST /charges', { amountMinor: 100 })).status).toBe(201);
      const { orderId } = placed.json;
      expect((await post('POST /payments', { orderId })).status).toBe(201);
    }
  });
});
