import { randomUUID } from 'node:crypto';
import { beforeAll, describe, it } from '@jest/globals';
import { dynamoShop } from '../../lib/adapters/dynamodb/shop.ts';
import { memoryShop } from '../../lib/adapters/memory/shop.ts';
import { openDatabase } from '../../lib/runtime/database.ts';
import { createTables } from '../../localstack/shop/tables.ts';
import { BenchShop } from './bench-shop.ts';
import { groupContract } from './group-contract.ts';
import { laneContract } from './lane-contract.ts';

const DYNAMODB_ENDPOINT = process.env['DYNAMODB_ENDPOINT'] ?? '';
const TABLE_PREFIX = `groups-${randomUUID()}-`;

describe('groups in memory', () => {
  it.each([...groupContract, ...laneContract])('$name', ({ run }) =>
    run(new BenchShop(memoryShop())),
  );
});

describe('groups on DynamoDB', () => {
  beforeAll(() => createTables(DYNAMODB_ENDPOINT, TABLE_PREFIX));
  const ports = dynamoShop(openDatabase({ DYNAMODB_ENDPOINT, TABLE_PREFIX }));

  it.each([...groupContract, ...laneContract])('$name', ({ run }) => run(new BenchShop(ports)));
});
