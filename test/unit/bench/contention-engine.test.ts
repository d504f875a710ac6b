import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { contentionModel } from '../../../bench/contention.ts';
import { dynamoShop } from '../../../lib/adapters/dynamodb/shop.ts';
import { shapeIn, tableNames } from '../../../lib/adapters/dynamodb/tables.ts';
import { createTables } from '../../../localstack/shop/tables.ts';
import { BenchShop, tally, times } from '../../contract/bench-shop.ts';
import { DYNAMODB_ENDPOINT, testDatabase } from '../../database.ts';

const TABLE_PREFIX = `contention-${randomUUID()}-`;

describe('the store under the contention model, on the real engine', () => {
  beforeAll(() => createTables(DYNAMODB_ENDPOINT, TABLE_PREFIX));
  const plugin = contentionModel({ shapeOf: shapeIn(tableNames(TABLE_PREFIX)), roundTripMs: 2 });
  const open = () => dynamoShop(testDatabase(TABLE_PREFIX, [plugin]));
  const ports = open();

  it('turns attempts at one product away, and each is told as contended', async () => {
    const attempts: string[] = [];
    const counted = {
      ...ports,
      stock: {
        ...ports.stock,
        place: async (...args: Parameters<typeof ports.stock.place>) => {
          const outcome = await ports.stock.place(...args);
          attempts.push(outcome.kind);
          return outcome;
        },
      },
    };
    const shop = new BenchShop(counted);
    const sku = await shop.stocked('crowd', 20);
    const outcomes = await Promise.all(times(30, () => shop.place([[sku, 1]])));

    expect(tally(outcomes)).toEqual({ placed: 20, insufficient: 10 });
    expect(await shop.left(sku)).toBe(0);
    // All 30 come at once: all but the first are turned away at least once.
    const contended = attempts.filter((kind) => kind === 'contended').length;
    expect(contended).toBeGreaterThanOrEqual(29);
    expect(attempts).toHaveLength(30 + contended);
  });

  it('shares its state between two clients of one process', async () => {
    const [one, other] = [new BenchShop(ports), new BenchShop(open())];
    const sku = await one.stocked('shared', 10);
    const orders = times(20, (n) => (n % 2 === 0 ? one : other).place([[sku, 1]]));
    expect(tally(await Promise.all(orders))).toEqual({ placed: 10, insufficient: 10 });
    expect(await one.left(sku)).toBe(0);
  });
});
