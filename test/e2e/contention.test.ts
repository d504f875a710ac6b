import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pLimit from 'p-limit';
import { signToken } from '../../localstack/shop/keys.ts';
import { openShop, type Shop } from '../../localstack/shop/open.ts';
import { DYNAMODB_CALL_MS_MAX, DYNAMODB_ENDPOINT } from '../database.ts';
import { onSale, order, statuses, unitsLeft } from './shop.ts';

/** A shop whose DynamoDB has conflicts and throttling, as on AWS; see bench/contention.ts. */

let shop: Shop;
let ann: string;
beforeAll(async () => {
  ann = await signToken('ann');
  shop = await openShop({
    harness: 'thin',
    env: {
      ...{ DYNAMODB_ENDPOINT, DYNAMODB_CALL_MS_MAX: String(DYNAMODB_CALL_MS_MAX) },
      LOG_LEVEL: 'WARN',
    },
    tablePrefix: `e2e-${randomUUID()}-`,
    model: { roundTripMs: 5 },
  });
});
afterAll(() => shop.stop());

it('sells 60 units to 100 orders, 50 at a time, through conflicts', async () => {
  const sku = await onSale(shop.url, 60);
  const answers = await pLimit(50).map(Array(100).fill(sku), (one: string) =>
    order(shop.url, ann, [[one, 1]]),
  );
  expect(statuses(answers)).toEqual({ '201': 60, '409 insufficient-stock': 40 });
  expect(await unitsLeft(shop.url, sku)).toBe(0);

  const attempts = answers.map(({ headers }) => {
    const cost = JSON.parse(headers.get('x-cost') ?? '') as { transactions: number };
    return cost.transactions;
  });
  // Conflicts there were: without the model each order is one transaction.
  expect(Math.max(...attempts)).toBeGreaterThan(1);
});
