import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { dynamoShop } from '../../lib/adapters/dynamodb/shop.ts';
import { memoryShop } from '../../lib/adapters/memory/shop.ts';
import type { DeadLetters } from '../../lib/ports/dead-letters.ts';
import { createTables } from '../../localstack/shop/tables.ts';
import { deadLettersContract } from './dead-letters-contract.ts';
import { DYNAMODB_ENDPOINT, testDatabase } from '../database.ts';

describe('dead letters in memory', () => {
  it.each(deadLettersContract)('$name', ({ run }) => run(memoryShop().deadLetters));
});

describe('dead letters on DynamoDB', () => {
  it.each(deadLettersContract)('$name', async ({ run }) => {
    // A list shows all that there is, so each promise has tables of its own.
    const TABLE_PREFIX = `letters-${randomUUID()}-`;
    await createTables(DYNAMODB_ENDPOINT, TABLE_PREFIX);
    await run(dynamoShop(testDatabase(TABLE_PREFIX)).deadLetters);
  });
});

type Alter = (letters: DeadLetters) => Partial<DeadLetters>;

describe('the suite of dead letters bites', () => {
  const brokenBy = async (alter: Alter): Promise<string[]> => {
    const names: string[] = [];
    for (const { name, run } of deadLettersContract) {
      const { deadLetters } = memoryShop();
      await run({ ...deadLetters, ...alter(deadLetters) }).catch(() => names.push(name));
    }
    return names;
  };

  it.each<readonly [string, Alter, string]>([
    ['forgets what it keeps', () => ({ keep: async () => ({ kind: 'kept' }) }), 'keeps a record'],
    [
      'keeps records as text',
      (letters) => ({
        keep: ({ value, ...letter }) =>
          letters.keep({ ...letter, value: Buffer.from(Buffer.from(value ?? []).toString()) }),
      }),
      'to the byte',
    ],
    [
      'goes by the time alone',
      (letters) => ({
        list: async (limit, after) =>
          letters.list(limit, after && { ...after, deadLetterId: '' as never }),
      }),
      'of those given up in one moment',
    ],
    [
      'begins at the top again',
      (letters) => ({ list: async (limit) => letters.list(limit, undefined).then(once) }),
      'in pages',
    ],
    ['forgets a replay', () => ({ noteReplayed: async () => ({ kind: 'noted' }) }), 'again'],
  ])('on one that %s', async (_name, alter, promise) => {
    expect(await brokenBy(alter)).toContainEqual(expect.stringContaining(promise));
  });

  it('and not on the one that these were made from', async () => {
    expect(await brokenBy(() => ({}))).toEqual([]);
  });
});

const once = <T extends { items: unknown }>({ items }: T) => ({ items }) as T;
