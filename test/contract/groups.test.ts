import { randomUUID } from 'node:crypto';
import { beforeAll, describe, it } from '@jest/globals';
import { dynamoShop } from '../../lib/adapters/dynamodb/shop.ts';
import { memoryShop } from '../../lib/adapters/memory/shop.ts';
import { createTables } from '../../localstack/shop/tables.ts';
import { BenchShop } from './bench-shop.ts';
import { groupContract } from './group-contract.ts';
import { laneContract } from './lane-contract.ts';
import { DYNAMODB_ENDPOINT, testDatabase } from '../database.ts';

const TABLE_PREFIX = `groups-${randomUUID()}-`;

describe('groups in memory', () => {
  it.each([...groupContract, ...laneContract])('$name', ({ run }) =>
    run(new BenchShop(memoryShop())),
  );
});

describe('groups on DynamoDB', () => {
  beforeAll(() => createTables(DYNAMODB_ENDPOINT, TABLE_PREFIX));
  const ports = dynamoShop(testDatabase(TABLE_PREFIX));

  it.each([...groupContract, ...laneContract])('$name', ({ run }) => run(new BenchShop(ports)));
});
