import {
  ProvisionedThroughputExceededException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { SizeBook } from '../../../../lib/adapters/dynamodb/meter/book.ts';
import { costOf } from '../../../../lib/adapters/dynamodb/meter/cost-of.ts';

const Key = { id: { S: 'a' } };

/** An item of so many bytes: `id` and its value take 3, the name `pad` another 3. */
const weighing = (bytes: number, id = 'a') => ({
  id: { S: id },
  pad: { S: 'x'.repeat(bytes - 6) },
});
const newBook = () => new SizeBook(() => ({ key: ['id'], indexes: [] }));
const thrown = { message: 'slow down', $metadata: {} };

describe('GetItem', () => {
  const get = (bytes: number, ConsistentRead: boolean) =>
    costOf(
      'GetItem',
      { TableName: 't', Key, ConsistentRead },
      { output: { Item: weighing(bytes) } },
      newBook(),
    );

  // "DynamoDB read and write operations", GetItem: 3.5 KB is rounded to 4 KB, 10 KB to 12 KB.
  it.each([
    [3584, 1, 0.5],
    [10240, 3, 1.5],
    [8192, 2, 1],
  ])('of %d bytes rounds up to 4 KB, and halves an eventual read', (bytes, strong, eventual) => {
    expect(get(bytes, true).readUnits).toBe(strong);
    expect(get(bytes, false)).toEqual({
      requests: 1,
      readUnits: eventual,
      writeUnits: 0,
      transactions: 0,
      itemWrites: {},
    });
  });

  // Same page, Important: "If you perform a read operation on an item that doesn't exist".
  it('of a missing item costs the least unit', () => {
    const missing = { output: {} };
    expect(costOf('GetItem', { TableName: 't', Key }, missing, newBook()).readUnits).toBe(0.5);
    const strong = { TableName: 't', Key, ConsistentRead: true };
    expect(costOf('GetItem', strong, missing, newBook()).readUnits).toBe(1);
  });

  // Same page: a subset of attributes "has no impact on the item size calculations".
  it('of a part costs the whole, once the whole has been seen', () => {
    const book = newBook();
    costOf('GetItem', { TableName: 't', Key }, { output: { Item: weighing(9000) } }, book);
    const part = { TableName: 't', Key, ConsistentRead: true, ProjectionExpression: 'id' };
    expect(costOf('GetItem', part, { output: { Item: Key } }, book).readUnits).toBe(3);
    expect(costOf('GetItem', part, { output: { Item: Key } }, book).readUnits).toBe(3);
  });

  it('costs nothing when throttled, and its known size when the reply is lost', () => {
    const book = newBook();
    costOf('GetItem', { TableName: 't', Key }, { output: { Item: weighing(5000) } }, book);
    const throttled = { error: new ProvisionedThroughputExceededException(thrown) };
    expect(costOf('GetItem', { TableName: 't', Key }, throttled, book).readUnits).toBe(0);
    const lost = { error: new Error('socket hang up') };
    expect(costOf('GetItem', { TableName: 't', Key }, lost, book).readUnits).toBe(1);
  });
});

describe('BatchGetItem', () => {
  const Keys = [Key, { id: { S: 'b' } }];
  const input = { RequestItems: { t: { Keys, ConsistentRead: true } } };

  // "DynamoDB read and write operations", BatchGetItem: 1.5 KB and 6.5 KB are 12 KB, not 8 KB.
  it('rounds each item by itself', () => {
    const output = { Responses: { t: [weighing(1536), weighing(6656, 'b')] } };
    expect(costOf('BatchGetItem', input, { output }, newBook()).readUnits).toBe(3);
    const eventual = { RequestItems: { t: { Keys } } };
    expect(costOf('BatchGetItem', eventual, { output }, newBook()).readUnits).toBe(1.5);
  });

  it('charges a missing key, and none that was left unprocessed', () => {
    const Responses = { t: [weighing(1536)] };
    expect(costOf('BatchGetItem', input, { output: { Responses } }, newBook()).readUnits).toBe(2);
    const output = { Responses, UnprocessedKeys: { t: { Keys: Keys.slice(1) } } };
    expect(costOf('BatchGetItem', input, { output }, newBook()).readUnits).toBe(1);
  });
});

describe('TransactGetItems', () => {
  const TransactItems = ['a', 'b', 'c'].map((id) => ({
    Get: { TableName: 't', Key: { id: { S: id } } },
  }));

  // "Amazon DynamoDB Transactions: How it works", capacity: three items of 500 bytes, six units.
  it('reads every item twice', () => {
    const Responses = ['a', 'b', 'c'].map((id) => ({ Item: weighing(500, id) }));
    const cost = costOf(
      'TransactGetItems',
      { TransactItems },
      { output: { Responses } },
      newBook(),
    );
    expect(cost.readUnits).toBe(6);
    expect(cost.transactions).toBe(0);
  });

  // "DynamoDB read and write operations": 8 KB takes 4 units in a transactional read.
  it('doubles what has been rounded up, and charges missing items', () => {
    const Responses = [{ Item: weighing(8192) }, {}, {}];
    const cost = costOf(
      'TransactGetItems',
      { TransactItems },
      { output: { Responses } },
      newBook(),
    );
    expect(cost.readUnits).toBe(4 + 2 + 2);
  });

  it('turned away by a conflict costs what it would have read', () => {
    const book = newBook();
    costOf('GetItem', { TableName: 't', Key }, { output: { Item: weighing(5000) } }, book);
    const conflict = { error: new TransactionCanceledException(thrown) };
    const first = costOf('TransactGetItems', { TransactItems }, conflict, book);
    const again = costOf('TransactGetItems', { TransactItems }, conflict, book);
    expect([first.readUnits, again.readUnits]).toEqual([4 + 2 + 2, 4 + 2 + 2]);
  });
});

describe('Query and Scan', () => {
  const query = { TableName: 't', KeyConditionExpression: 'id = :id', ConsistentRead: true };
  const items = (count: number, bytes: number) =>
    Array.from({ length: count }, (_, at) => weighing(bytes, String(at % 10)));

  // "DynamoDB read and write operations", Query: 10 items of 40.8 KB together are 44 KB.
  it('rounds the sum up once', () => {
    const Items = items(10, 4178);
    expect(costOf('Query', query, { output: { Items } }, newBook()).readUnits).toBe(11);
    const eventual = { ...query, ConsistentRead: false };
    expect(costOf('Query', eventual, { output: { Items } }, newBook()).readUnits).toBe(5.5);
  });

  // Same place: 1,500 items of 64 bytes are 96 KB.
  it('does not round each item', () => {
    const output = { Items: items(1500, 64) };
    expect(costOf('Query', query, { output }, newBook()).readUnits).toBe(24);
  });

  // Same page, Scan: the size "of the items that are evaluated, not the size of the items returned".
  it('charges what a filter dropped, at the mean size of the rest', () => {
    const output = { Items: items(2, 2048), Count: 2, ScannedCount: 8 };
    const scan = { TableName: 't', FilterExpression: 'pad <> :p' };
    expect(costOf('Scan', scan, { output }, newBook()).readUnits).toBe(2);
  });

  // "Using global secondary indexes", read considerations: the size of the index entries counts.
  it('takes the entries of an index for what they are, whatever the items weigh', () => {
    const book = newBook();
    const Item = weighing(5000);
    costOf('PutItem', { TableName: 't', Item }, { output: {} }, book);
    const output = { Items: [Key] };
    const onIndex = { TableName: 't', IndexName: 'byUser', KeyConditionExpression: 'u = :u' };
    expect(costOf('Query', onIndex, { output }, book).readUnits).toBe(0.5);
    const onTable = { TableName: 't', ProjectionExpression: 'id' };
    expect(costOf('Scan', onTable, { output }, book).readUnits).toBe(1);
  });

  it('costs the least unit for an empty page', () => {
    expect(costOf('Query', query, { output: { Items: [] } }, newBook()).readUnits).toBe(1);
  });
});
