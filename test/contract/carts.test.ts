import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { dynamoShop } from '../../lib/adapters/dynamodb/shop.ts';
import { memoryShop } from '../../lib/adapters/memory/shop.ts';
import { Unavailable } from '../../lib/domain/unavailable.ts';
import type { Carts } from '../../lib/ports/carts.ts';
import { openDatabase } from '../../lib/runtime/database.ts';
import { createTables } from '../../localstack/shop/tables.ts';
import { cartsContract } from './carts-contract.ts';

const DYNAMODB_ENDPOINT = process.env['DYNAMODB_ENDPOINT'] ?? '';
const TABLE_PREFIX = `carts-${randomUUID()}-`;

describe('carts in memory', () => {
  it.each(cartsContract)('$name', ({ run }) => run(memoryShop().carts));
});

describe('carts on DynamoDB', () => {
  const { carts } = dynamoShop(openDatabase({ DYNAMODB_ENDPOINT, TABLE_PREFIX }));
  beforeAll(() => createTables(DYNAMODB_ENDPOINT, TABLE_PREFIX));

  it.each(cartsContract)('$name', ({ run }) => run(carts));
});

type Alter = (carts: Carts) => Partial<Carts>;

/** Its first answer to each call that writes is lost on the way. */
const forgetful: Alter = (carts) => {
  const met = new Set<string>();
  const losing = <Told>(asked: unknown, told: Told): Told => {
    const name = JSON.stringify(asked);
    if (met.has(name)) return told;
    met.add(name);
    throw new Unavailable('dynamodb', 'unknown');
  };
  return {
    put: async (...asked) => losing(asked, await carts.put(...asked)),
    remove: async (userId, cut) => losing([userId, ...cut], await carts.remove(userId, cut)),
  };
};

/** Reads, and writes later what it made of that. */
const readsFirst: Alter = (carts) => ({
  put: async (userId, item) => {
    const cart = (await carts.find([userId])).get(userId) ?? [];
    const full = cart.length >= 100 && cart.every(({ sku }) => sku !== item.sku);
    await new Promise((ok) => setImmediate(ok));
    return full ? { kind: 'full' } : carts.put(userId, item).then(() => ({ kind: 'put' }));
  },
});

describe('the suite of carts', () => {
  const brokenBy = async (alter: Alter): Promise<string[]> => {
    const names: string[] = [];
    for (const { name, run } of cartsContract) {
      const { carts } = memoryShop();
      await run({ ...carts, ...alter(carts) }).catch(() => names.push(name));
    }
    return names;
  };

  it.each<readonly [string, Alter, string]>([
    ['puts nothing', () => ({ put: async () => ({ kind: 'put' }) }), 'keeps what was put'],
    ['is always full', () => ({ put: async () => ({ kind: 'full' }) }), 'holds 100 products'],
    ['looks before it counts', readsFirst, 'holds 100 products'],
    [
      'shows items as they come',
      (carts) => ({
        find: async (userIds) =>
          new Map(
            [...(await carts.find(userIds))].map(([userId, cart]) => [
              userId,
              cart.toSorted((a, b) => a.putAtMs - b.putAtMs),
            ]),
          ),
      }),
      'changes a quantity in its place',
    ],
    [
      'believes in one clock',
      (carts) => ({
        put: async (userId, item) => {
          const outcome = await carts.put(userId, item);
          return outcome.kind === 'overtaken' ? { kind: 'put' } : outcome;
        },
      }),
      'lets the last word stand',
    ],
    [
      'lets whoever comes last win',
      (carts) => ({
        put: async (userId, item) => {
          const outcome = await carts.put(userId, item);
          if (outcome.kind !== 'overtaken') return outcome;
          return carts.put(userId, { ...item, putAtMs: outcome.putAtMs });
        },
      }),
      'does not let a choice that was held up',
    ],
    [
      'removes what it finds of a cut',
      (carts) => ({
        remove: async (userId, cut) => {
          for (const one of cut) await carts.remove(userId, new Map([one]));
          return { kind: 'removed' };
        },
      }),
      'removes a cut whole',
    ],
    [
      'removes items of any age',
      (carts) => ({
        remove: (userId, cut) =>
          carts.remove(userId, new Map([...cut.keys()].map((sku) => [sku, Infinity]))),
      }),
      'removes a cut whole',
    ],
    ['removes nothing', () => ({ remove: async () => ({ kind: 'removed' }) }), 'removes what is'],
  ])('bites on one that %s', async (_name, alter, promise) => {
    expect(await brokenBy(alter)).toContainEqual(expect.stringContaining(promise));
  });

  it('holds where answers are lost, and on the one that these were made from', async () => {
    expect(await brokenBy(forgetful)).toEqual([
      // What was refused may have been in time, and land late: nobody may say that it was refused.
      'holds 100 products, and no more when they come at once',
      // These ask the port itself, and hear of the loss.
      'does not let a choice that was held up undo a later one',
      'removes a cut whole: all of it, or nothing and tells the cart',
      'removes 100 products at once',
      // So many losses in a row are an outage, and the batch has to come again.
      'loses what many orders in one batch took, each to its own moment',
    ]);
    expect(await brokenBy(() => ({}))).toEqual([]);
  });
});
