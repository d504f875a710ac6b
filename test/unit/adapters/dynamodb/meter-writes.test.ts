import {
  ConditionalCheckFailedException,
  InternalServerError,
  ProvisionedThroughputExceededException,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
  type CancellationReason,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { SizeBook } from '../../../../lib/adapters/dynamodb/meter/book.ts';
import { costOf } from '../../../../lib/adapters/dynamodb/meter/cost-of.ts';

const TableName = 't';
const Key = { id: { S: 'a' } };
const done = { output: {} };
const thrown = { message: 'no', $metadata: {} };

/** An item of so many bytes: `id` and its value take 3, the name `pad` another 3. */
const weighing = (bytes: number, id = 'a') => ({
  id: { S: id },
  pad: { S: 'x'.repeat(bytes - 6) },
});
const newBook = () => new SizeBook(() => ({ key: ['id'], indexes: [] }));
const bookWith = (bytes: number, id = 'a') => {
  const book = newBook();
  costOf('PutItem', { TableName, Item: weighing(bytes, id) }, done, book);
  return book;
};

/** The examples of "DynamoDB read and write operations", write operations. */
describe('a write of one item', () => {
  it('rounds a put up to the next KB', () => {
    const put = (bytes: number) =>
      costOf('PutItem', { TableName, Item: weighing(bytes) }, done, newBook());
    expect(put(512)).toEqual({
      requests: 1,
      writeUnits: 1,
      readUnits: 0,
      transactions: 0,
      itemWrites: { t: 1 },
    });
    expect(put(1638).writeUnits).toBe(2);
    expect(put(3584).writeUnits).toBe(4);
  });

  it('charges a put by the larger of the two items', () => {
    const small = { TableName, Item: weighing(100) };
    expect(costOf('PutItem', small, done, bookWith(2500)).writeUnits).toBe(3);
    const old = { output: { Attributes: weighing(4000) } };
    expect(
      costOf('PutItem', { ...small, ReturnValues: 'ALL_OLD' }, old, newBook()).writeUnits,
    ).toBe(4);
  });

  it('charges an update by the larger of before and after, however small the change', () => {
    const book = bookWith(2500);
    const shrink = { TableName, Key, UpdateExpression: 'REMOVE pad' };
    expect(costOf('UpdateItem', shrink, done, book).writeUnits).toBe(3);
    expect(costOf('UpdateItem', shrink, done, book).writeUnits).toBe(1);
  });

  it('charges a delete by the deleted item, then by nothing', () => {
    const book = bookWith(1638);
    expect(costOf('DeleteItem', { TableName, Key }, done, book).writeUnits).toBe(2);
    expect(costOf('DeleteItem', { TableName, Key }, done, book).writeUnits).toBe(1);
  });

  it('rounds each item of a batch by itself', () => {
    const puts = [weighing(500), weighing(3584, 'b')].map((Item) => ({ PutRequest: { Item } }));
    const cost = costOf('BatchWriteItem', { RequestItems: { t: puts } }, done, newBook());
    expect(cost).toMatchObject({ requests: 1, writeUnits: 5, itemWrites: { t: 2 } });
  });

  it('charges no item of a batch that was left unprocessed', () => {
    const puts = [weighing(500), weighing(3584, 'b')].map((Item) => ({ PutRequest: { Item } }));
    const output = { UnprocessedItems: { t: puts.slice(1) } };
    const cost = costOf('BatchWriteItem', { RequestItems: { t: puts } }, { output }, newBook());
    expect(cost).toMatchObject({ requests: 1, writeUnits: 1, itemWrites: { t: 2 } });
  });

  it('charges nothing of a batch that was throttled whole', () => {
    const RequestItems = { t: [{ DeleteRequest: { Key } }, { PutRequest: { Item: weighing(9) } }] };
    const throttled = { error: new ProvisionedThroughputExceededException(thrown) };
    const cost = costOf('BatchWriteItem', { RequestItems }, throttled, newBook());
    expect(cost).toMatchObject({ requests: 1, writeUnits: 0, itemWrites: { t: 2 } });
  });
});

/** "Working with items and attributes", capacity units consumed by conditional writes. */
describe('a refused write', () => {
  const ConditionExpression = 'attribute_not_exists(id)';
  const put = { TableName, Item: weighing(3000), ConditionExpression };
  const refused = { error: new ConditionalCheckFailedException(thrown) };

  it('is charged by the item as it stands', () => {
    expect(costOf('PutItem', put, refused, bookWith(1000)).writeUnits).toBe(1);
    expect(costOf('PutItem', put, refused, bookWith(2048)).writeUnits).toBe(2);
  });

  it('is charged one unit where there is none, or none is known', () => {
    const update = { TableName, Key, UpdateExpression: 'SET a = :a' };
    expect(costOf('UpdateItem', update, refused, newBook())).toMatchObject({
      writeUnits: 1,
      readUnits: 0,
      itemWrites: { t: 1 },
    });
  });

  it('learns the size from the image that turned it away', () => {
    const book = newBook();
    const error = new ConditionalCheckFailedException({ ...thrown, Item: weighing(5000) });
    expect(costOf('DeleteItem', { TableName, Key }, { error }, book).writeUnits).toBe(5);
    expect(costOf('DeleteItem', { TableName, Key }, done, book).writeUnits).toBe(5);
  });

  it('takes no image for no item, if it asked for one', () => {
    const book = bookWith(2500);
    const asking = { TableName, Key, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };
    expect(costOf('DeleteItem', asking, refused, book).writeUnits).toBe(1);
    expect(costOf('DeleteItem', { TableName, Key }, done, book).writeUnits).toBe(1);
  });

  it('by a transaction in flight is charged too', () => {
    const conflict = { error: new TransactionConflictException(thrown) };
    expect(costOf('PutItem', put, conflict, bookWith(1500)).writeUnits).toBe(2);
  });

  it('costs nothing when throttled or never sent, though it was tried', () => {
    const throttled = { error: new ProvisionedThroughputExceededException(thrown) };
    const free = { requests: 1, writeUnits: 0, itemWrites: { t: 1 } };
    expect(costOf('PutItem', put, throttled, newBook())).toMatchObject(free);
    const unsent = { error: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) };
    expect(costOf('PutItem', put, unsent, newBook())).toMatchObject(free);
  });

  it('is charged as done when the reply was lost or the server failed, but not believed', () => {
    const book = bookWith(100);
    expect(costOf('PutItem', put, { error: new Error('timed out') }, book).writeUnits).toBe(3);
    const failed = { error: new InternalServerError(thrown) };
    expect(costOf('PutItem', put, failed, book).writeUnits).toBe(3);
    expect(costOf('DeleteItem', { TableName, Key }, done, book).writeUnits).toBe(1);
  });
});

describe('a transaction', () => {
  const put = (bytes: number, id: string) => ({ Put: { TableName, Item: weighing(bytes, id) } });
  const cancelled = (...reasons: CancellationReason[]) => ({
    error: new TransactionCanceledException({ ...thrown, CancellationReasons: reasons }),
  });

  // "Amazon DynamoDB Transactions: How it works", capacity: three items of 500 bytes, six units.
  it('writes every item twice', () => {
    const TransactItems = ['a', 'b', 'c'].map((id) => put(500, id));
    expect(costOf('TransactWriteItems', { TransactItems }, done, newBook())).toEqual({
      requests: 1,
      writeUnits: 6,
      readUnits: 0,
      transactions: 1,
      itemWrites: { t: 3 },
    });
  });

  it('doubles what has been rounded up', () => {
    const cost = costOf('TransactWriteItems', { TransactItems: [put(1638, 'a')] }, done, newBook());
    expect(cost.writeUnits).toBe(4);
  });

  // Not on AWS's pages; measured on AWS in martinhicks.dev, "What a conditional DynamoDB
  // transaction actually costs": two write units, no read unit.
  it('charges a condition check like a write of its item', () => {
    const check = { TableName, Key, ConditionExpression: 'attribute_exists(id)' };
    const TransactItems = [{ ConditionCheck: check }];
    const small = costOf('TransactWriteItems', { TransactItems }, done, newBook());
    expect(small).toMatchObject({ writeUnits: 2, readUnits: 0 });
    const large = costOf('TransactWriteItems', { TransactItems }, done, bookWith(2500));
    expect(large.writeUnits).toBe(6);
  });

  it('cancelled is charged as prepared, the refused action by the item that refused it', () => {
    const TransactItems = [put(1638, 'a'), put(3000, 'b')];
    const Item = weighing(4500, 'b');
    const outcome = cancelled({ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item });
    const cost = costOf('TransactWriteItems', { TransactItems }, outcome, newBook());
    expect(cost).toMatchObject({ writeUnits: 4 + 10, transactions: 1, itemWrites: { t: 2 } });
  });

  it('cancelled by a conflict is charged as prepared', () => {
    const TransactItems = [put(500, 'a'), put(500, 'b')];
    const outcome = cancelled({ Code: 'TransactionConflict' }, { Code: 'None' });
    expect(costOf('TransactWriteItems', { TransactItems }, outcome, newBook()).writeUnits).toBe(4);
  });

  it('does not charge the action that was throttled', () => {
    const TransactItems = [put(500, 'a'), put(500, 'b')];
    const outcome = cancelled({ Code: 'ThrottlingError' }, { Code: 'None' });
    expect(costOf('TransactWriteItems', { TransactItems }, outcome, newBook()).writeUnits).toBe(2);
  });

  it('leaves the images alone when cancelled or lost', () => {
    const book = bookWith(100);
    const TransactItems = [put(3000, 'a')];
    costOf('TransactWriteItems', { TransactItems }, cancelled({ Code: 'None' }), book);
    costOf('TransactWriteItems', { TransactItems }, { error: new Error('lost') }, book);
    expect(costOf('DeleteItem', { TableName, Key }, done, book).writeUnits).toBe(1);
  });

  // "Amazon DynamoDB Transactions: How it works", idempotency: later calls with the same token
  // "return the number of read capacity units consumed in reading the item".
  it('repeated with its token, or while it runs, is charged as a read', () => {
    const TransactItems = [put(500, 'a'), put(5000, 'b')];
    const replayed = { output: {}, replayed: true };
    const cost = costOf('TransactWriteItems', { TransactItems }, replayed, newBook());
    expect(cost).toMatchObject({ writeUnits: 0, readUnits: 2 + 4, transactions: 1 });
    const running = { error: new TransactionInProgressException(thrown) };
    expect(costOf('TransactWriteItems', { TransactItems }, running, newBook())).toMatchObject({
      writeUnits: 0,
      readUnits: 6,
    });
  });
});
