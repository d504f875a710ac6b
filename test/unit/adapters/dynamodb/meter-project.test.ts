import {
  TransactionCanceledException,
  type TransactWriteItem,
  type TransactWriteItemsCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { SizeBook } from '../../../../lib/adapters/dynamodb/meter/book.ts';
import { costOf } from '../../../../lib/adapters/dynamodb/meter/cost-of.ts';
import { type Outcome } from '../../../../lib/adapters/dynamodb/meter/fate.ts';
import { type TableShape } from '../../../../lib/adapters/dynamodb/meter.ts';

/** The design's tables, as far as its arithmetic of write units needs them. */
const shapes: Record<string, TableShape> = {
  'test-products': { name: 'products', key: ['sku'], indexes: [] },
  'test-orders': {
    name: 'orders',
    key: ['orderId'],
    indexes: [
      { name: 'byUser', keys: ['userId', 'createdAt'], projection: 'KEYS_ONLY' },
      { name: 'holds', keys: ['holdKey', 'expiresAt'], projection: 'KEYS_ONLY' },
    ],
  },
  'test-ledger': {
    name: 'ledger',
    key: ['userId', 'entryId'],
    indexes: [{ name: 'bySeq', keys: ['userId', 'seq'], projection: 'ALL' }],
  },
};

let book: SizeBook;
beforeEach(() => {
  book = new SizeBook((table) => shapes[table]);
});

function transact(
  TransactItems: TransactWriteItem[],
  outcome: Outcome<Partial<TransactWriteItemsCommandOutput>> = { output: {} },
) {
  return costOf('TransactWriteItems', { TransactItems }, outcome, book);
}

const putOrder = (orderId: string, more: { holdKey?: { S: string }; reply?: { S: string } }) => ({
  Put: {
    TableName: 'test-orders',
    Item: {
      orderId: { S: orderId },
      userId: { S: 'ann' },
      createdAt: { S: '2026-01-01T00:00:00Z' },
      expiresAt: { N: '1767226200' },
      status: { S: 'PENDING_PAYMENT' },
      ...more,
    },
    ConditionExpression: 'attribute_not_exists(orderId)',
  },
});
const held = { holdKey: { S: 'mug#3' } };
const takeUnits = {
  Update: {
    TableName: 'test-products',
    Key: { sku: { S: 'mug' } },
    UpdateExpression: 'SET availableUnits = availableUnits - :units',
    ConditionExpression: 'availableUnits >= :units',
    ExpressionAttributeValues: { ':units': { N: '1' } },
  },
};
const putEntry = {
  Put: {
    TableName: 'test-ledger',
    Item: {
      userId: { S: 'ann' },
      entryId: { S: 'pay_1' },
      seq: { N: '2' },
      kind: { S: 'payment' },
    },
    ConditionExpression: 'attribute_not_exists(entryId)',
  },
};
const setBalance = {
  Update: {
    TableName: 'test-ledger',
    Key: { userId: { S: 'ann' }, entryId: { S: 'BALANCE' } },
    UpdateExpression: 'SET balanceMinor = balanceMinor - :amount, version = :next',
    ExpressionAttributeValues: { ':amount': { N: '500' }, ':next': { N: '2' } },
  },
};
const payOrder = {
  Update: {
    TableName: 'test-orders',
    Key: { orderId: { S: 'ord_1' } },
    UpdateExpression: 'SET #status = :paid REMOVE holdKey',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':paid': { S: 'PAID' } },
  },
};
const readBalance = () => {
  const Key = { userId: { S: 'ann' }, entryId: { S: 'BALANCE' } };
  const Item = { ...Key, balanceMinor: { N: '900' }, version: { N: '1' } };
  costOf('GetItem', { TableName: 'test-ledger', Key }, { output: { Item } }, book);
};

/** The arithmetic of the design's page, under "Tables". */
describe("the project's own arithmetic", () => {
  it('places one line for 6: order 2, product 2, byUser 1, holds 1', () => {
    expect(transact([putOrder('ord_1', held), takeUnits])).toEqual({
      requests: 1,
      writeUnits: 6,
      readUnits: 0,
      transactions: 1,
      itemWrites: { orders: 1, products: 1 },
    });
  });

  it('refuses a place for 4, without the indexes', () => {
    const CancellationReasons = [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }];
    const error = new TransactionCanceledException({
      message: 'cancelled',
      $metadata: {},
      CancellationReasons,
    });
    const cost = transact([putOrder('ord_1', held), takeUnits], { error });
    expect(cost).toMatchObject({ writeUnits: 4, itemWrites: { orders: 1, products: 1 } });
  });

  it('places an order of 3 KB for 10: order 6, product 2, byUser 1, holds 1', () => {
    const large = putOrder('ord_1', { ...held, reply: { S: 'x'.repeat(2800) } });
    expect(transact([large, takeUnits]).writeUnits).toBe(10);
  });

  it('places 98 accepted orders in one transaction for 4 + 2/98 each', () => {
    const orders = Array.from({ length: 98 }, (_, at) => putOrder(`ord_${at}`, held));
    const cost = transact([...orders, takeUnits]);
    expect(cost.writeUnits).toBe(98 * 4 + 2);
    expect(cost.itemWrites).toEqual({ orders: 98, products: 1 });
  });

  it('stores a refused order for 3, without a hold', () => {
    expect(transact([putOrder('ord_1', {})]).writeUnits).toBe(3);
  });

  it('pays for 8: order 2, balance 2, entry 2, bySeq 1, leaving holds 1', () => {
    transact([putOrder('ord_1', held), takeUnits]);
    readBalance();
    expect(transact([payOrder, setBalance, putEntry]).writeUnits).toBe(8);
  });

  it('pays for 8 an order it has never seen: the hold is taken to have been there', () => {
    readBalance();
    expect(transact([payOrder, setBalance, putEntry]).writeUnits).toBe(8);
  });

  it('charges a balance for 5: balance 2, entry 2, bySeq 1', () => {
    readBalance();
    expect(transact([setBalance, putEntry])).toMatchObject({
      writeUnits: 5,
      itemWrites: { ledger: 2 },
    });
  });
});
