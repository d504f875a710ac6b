import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { dynamoShop } from '../../lib/adapters/dynamodb/shop.ts';
import { memoryShop } from '../../lib/adapters/memory/shop.ts';
import { Unavailable } from '../../lib/domain/unavailable.ts';
import type { Sales } from '../../lib/ports/sales.ts';
import { createTables } from '../../localstack/shop/tables.ts';
import { salesContract } from './sales-contract.ts';
import { DYNAMODB_ENDPOINT, testDatabase } from '../database.ts';

const TABLE_PREFIX = `sales-${randomUUID()}-`;

describe('the count of sales in memory', () => {
  it.each(salesContract)('$name', ({ run }) => run(memoryShop().sales));
});

describe('the count of sales on DynamoDB', () => {
  const { sales } = dynamoShop(testDatabase(TABLE_PREFIX));
  beforeAll(() => createTables(DYNAMODB_ENDPOINT, TABLE_PREFIX));

  it.each(salesContract)('$name', ({ run }) => run(sales));
});

type Alter = (sales: Sales) => Partial<Sales>;

/** Its first answer to each plan is lost on the way. */
const forgetful: Alter = (sales) => {
  const met = new Set<string>();
  return {
    count: async (plan) => {
      const outcome = await sales.count(plan);
      const name = JSON.stringify(plan);
      if (met.has(name)) return outcome;
      met.add(name);
      throw new Unavailable('dynamodb', 'unknown');
    },
  };
};

describe('the suite of sales', () => {
  const brokenBy = async (alter: Alter): Promise<string[]> => {
    const names: string[] = [];
    for (const { name, run } of salesContract) {
      const { sales } = memoryShop();
      await run({ ...sales, ...alter(sales) }).catch(() => names.push(name));
    }
    return names;
  };

  it.each<readonly [string, Alter, string]>([
    ['counts nothing', () => ({ count: async () => ({ kind: 'counted' }) }), 'counts the units'],
    [
      'forgets whom it met',
      (sales) => ({ count: (plan) => sales.count({ ...plan, marks: [] }) }),
      'once, however often',
    ],
    [
      'takes nothing back',
      (sales) => ({
        count: (plan) =>
          sales.count({ ...plan, counters: plan.counters.filter(({ units }) => units > 0) }),
      }),
      'takes back',
    ],
    [
      'knows one day only',
      (sales) => ({ paidUnits: ([day = '']) => sales.paidUnits([day]) }),
      'takes back',
    ],
  ])('bites on one that %s', async (_name, alter, promise) => {
    expect(await brokenBy(alter)).toContainEqual(expect.stringContaining(promise));
  });

  it('holds where answers are lost, and on the one that these were made from', async () => {
    const own = 'does nothing at all for a plan';
    expect((await brokenBy(forgetful)).filter((name) => !name.startsWith(own))).toEqual([
      // An event counted by an attempt that was lost is then known.
      ...['counts the units of paid orders, and of no others'],
      ...['counts an event once, however often it comes'],
      ...['leaves out what was paid too long ago to be asked for'],
    ]);
    expect(await brokenBy(() => ({}))).toEqual([]);
  });
});
