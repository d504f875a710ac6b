import { randomUUID } from 'node:crypto';
import { beforeAll, describe, it } from '@jest/globals';
import { dynamoShop } from '../../lib/adapters/dynamodb/shop.ts';
import { createTables } from '../../localstack/shop/tables.ts';
import { BenchShop } from './bench-shop.ts';
import { ledgerContract } from './ledger-contract.ts';
import { storeContract } from './store-contract.ts';
import { DYNAMODB_ENDPOINT, testDatabase } from '../database.ts';

const TABLE_PREFIX = `contract-${randomUUID()}-`;

describe('the store on DynamoDB', () => {
  beforeAll(() => createTables(DYNAMODB_ENDPOINT, TABLE_PREFIX));
  const ports = dynamoShop(testDatabase(TABLE_PREFIX));

  it.each([...storeContract, ...ledgerContract])('$name', ({ run }) => run(new BenchShop(ports)));
});
