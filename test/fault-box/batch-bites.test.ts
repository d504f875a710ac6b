import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createTables } from '../../localstack/shop/tables.ts';
import type { DeadLetterId } from '../../lib/domain/ids.ts';
import { Unavailable } from '../../lib/domain/unavailable.ts';
import type { Store } from '../../lib/ports/store.ts';
import { BatchBench, type BatchBenchOptions } from './batch-bench.ts';
import { settlesOnce } from './batch-law.ts';
import { batchScenarios } from './batch-scenarios.ts';
import { freshOrderId } from './bench.ts';
import { callsOf, firstLie } from './drive.ts';

/** A shop of which one port does some things in another way. */
const altered =
  <Port extends keyof Store>(port: Port, other: (sound: Store[Port]) => Partial<Store[Port]>) =>
  (store: Store): Store => ({ ...store, [port]: { ...store[port], ...other(store[port]) } });

const sale = 'orders for more than there is, some of them twice, and poison among them';
const payments = 'payments that nobody has counted, one of them told twice, and poison';

/** The bugs of consumers like these; `caught` is what the drive must say of it. */
const bugs: readonly {
  readonly name: string;
  readonly on: string;
  readonly caught: RegExp;
  readonly options: Pick<BatchBenchOptions, 'broken' | 'naming'>;
}[] = [
  {
    name: 'acknowledges a batch whatever became of it',
    on: sale,
    caught: /was acknowledged: its (order is not decided|letter is not kept)/,
    options: { naming: () => [] },
  },
  {
    name: 'names the record behind the first that failed',
    on: sale,
    caught: /was acknowledged: its (order is not decided|letter is not kept)/,
    options: { naming: (again) => again.slice(1) },
  },
  {
    name: 'draws another id for each attempt',
    on: sale,
    caught: /its order is not decided/,
    options: {
      broken: altered('stock', (stock) => ({
        placeMany: (plan) => {
          const accepted = plan.accepted.map((placement) => ({
            ...placement,
            order: { ...placement.order, orderId: freshOrderId() },
          }));
          return stock.placeMany({ ...plan, accepted });
        },
      })),
    },
  },
  {
    name: 'keeps no refusals, and sells to the refused when they come again',
    on: 'orders that need the units of expired ones',
    caught: /its order is not decided/,
    options: {
      broken: altered('stock', (stock) => ({
        placeMany: (plan) => stock.placeMany({ ...plan, refused: [] }),
      })),
    },
  },
  {
    name: 'takes a refusal for carried out when the reply was lost',
    on: 'orders whose holds would end before the mark',
    caught: /its order is not decided|who made the effect/,
    options: {
      broken: altered('stock', (stock) => ({
        placeMany: async (plan) => {
          try {
            return await stock.placeMany(plan);
          } catch (error) {
            if (error instanceof Unavailable) return { kind: 'carried-out' };
            throw error;
          }
        },
      })),
    },
  },
  {
    name: 'does not look for the units of expired orders',
    on: 'orders that need the units of expired ones',
    caught: /placed/,
    options: {
      broken: altered('orders', () => ({
        expiredHolds: async () => ({ orders: [], complete: true }),
      })),
    },
  },
  {
    name: 'draws an id for each letter',
    on: sale,
    caught: /its letter is not kept/,
    options: {
      broken: altered('deadLetters', (letters) => ({
        keep: (letter) => letters.keep({ ...letter, deadLetterId: randomUUID() as DeadLetterId }),
      })),
    },
  },
  {
    name: 'goes on when a letter could not be kept',
    on: 'changes of orders, and of rows that are none',
    caught: /its letter is not kept/,
    options: {
      broken: altered('deadLetters', (letters) => ({
        keep: async (letter) => {
          await letters.keep(letter).catch(() => undefined);
          return { kind: 'kept' };
        },
      })),
    },
  },
  {
    name: 'counts without marks',
    on: payments,
    caught: /its sale is undefined/,
    options: {
      broken: altered('sales', (sales) => ({
        count: ({ counters }) => sales.count({ marks: [], counters }),
      })),
    },
  },
  {
    name: 'marks after it has counted',
    on: payments,
    caught: /units paid|what comes again is known/,
    options: {
      broken: altered('sales', (sales) => ({
        count: async ({ marks, counters }) => {
          await sales.count({ marks: [], counters });
          return sales.count({ marks, counters: [] });
        },
      })),
    },
  },
];

const endpoint = process.env['DYNAMODB_ENDPOINT'] ?? '';
const prefix = `batch-bites-${randomUUID()}-`;

describe('the drive catches a consumer that', () => {
  beforeAll(() => createTables(endpoint, prefix));

  it.each(bugs)('$name', async ({ on, caught, options }) => {
    const scenario = batchScenarios.find(({ name }) => name === on);
    if (scenario === undefined) throw new Error(`no scenario is ${on}`);
    const sound = new BatchBench({ endpoint, prefix });
    const calls = await callsOf(settlesOnce, sound, scenario);
    const bench = new BatchBench({ endpoint, prefix, ...options });
    expect(await firstLie(settlesOnce, bench, scenario, calls)).toMatch(caught);
  });
});
