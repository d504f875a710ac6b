import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  GetItemCommand,
  QueryCommand,
  ScanCommand,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { contentionModel } from '../../../bench/contention.ts';
import { check, deleteItem, put, putItem, remove, transactGet } from './contention/requests.ts';
import { transaction, update, updateItem } from './contention/requests.ts';
import {
  conditionFailed,
  type Request,
  send,
  shapeOf,
  StillTime,
  StubEngine,
} from './contention/stage.ts';

const RTT_MS = 5;

let time: StillTime;
let engine: StubEngine;
let client: ReturnType<StubEngine['client']>;
const model = () => contentionModel({ shapeOf, roundTripMs: RTT_MS, timing: time });
beforeEach(() => {
  time = new StillTime();
  engine = new StubEngine();
  client = engine.client(model());
});

/** Sends the first, and the second while the first is under way. */
async function collide(first: Request, second: Request): Promise<readonly [string, string]> {
  const one = send(client, first);
  await time.pass(1, 1);
  const two = send(client, second);
  await time.pass(RTT_MS, 2);
  return [await one, await two];
}

const cancelled = (...codes: string[]) => ['TransactionCanceledException', ...codes].join(' ');

describe('an item of a transaction under way', () => {
  it('cancels another transaction, and the reasons keep the order of the items', async () => {
    const second = transaction(put('a'), update('b'), remove('c'));
    expect(await collide(transaction(update('x'), put('b')), second)).toEqual([
      'done',
      cancelled('None', 'TransactionConflict', 'None'),
    ]);
  });

  it.each([
    ['put', put('a')],
    ['update', update('a')],
    ['delete', remove('a')],
    ['condition check', check('a')],
  ])('cancels a transaction that names it in a %s, and the other way round', async (_, action) => {
    const conflict = ['done', cancelled('TransactionConflict')];
    expect(await collide(transaction(put('a')), transaction(action))).toEqual(conflict);
    expect(await collide(transaction(action), transaction(put('a')))).toEqual(conflict);
  });

  it.each([
    ['PutItem', putItem('a')],
    ['UpdateItem', updateItem('a')],
    ['DeleteItem', deleteItem('a')],
  ])('refuses a %s', async (_, write) => {
    expect(await collide(transaction(check('a')), write)).toEqual([
      'done',
      'TransactionConflictException',
    ]);
  });

  it('cancels a TransactGetItems', async () => {
    expect(await collide(transaction(update('b')), transactGet('a', 'b'))).toEqual([
      'done',
      cancelled('None', 'TransactionConflict'),
    ]);
  });

  it('lets every plain read pass, and without any wait', async () => {
    const under = client.send(transaction(put('a')));
    await time.pass(1, 1);
    const Key = { sku: { S: 'a' } };
    const TableName = 'products';
    await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    await client.send(new BatchGetItemCommand({ RequestItems: { products: { Keys: [Key] } } }));
    await client.send(new QueryCommand({ TableName, KeyConditionExpression: 'sku = :sku' }));
    await client.send(new ScanCommand({ TableName }));
    await time.pass(RTT_MS);
    await under;
  });

  it('lets a BatchWriteItem pass, for which AWS documents no conflict', async () => {
    const under = client.send(transaction(put('a')));
    await time.pass(1, 1);
    const Item = { sku: { S: 'a' } };
    const RequestItems = { products: [{ PutRequest: { Item } }] };
    await client.send(new BatchWriteItemCommand({ RequestItems }));
    await time.pass(RTT_MS);
    await under;
  });

  it('leaves other items alone, also the one of the same key in another table', async () => {
    const other = transaction(update('b'), put('a', 'orders', 'orderId'));
    expect(await collide(transaction(put('a')), other)).toEqual(['done', 'done']);
  });

  it('leaves tables alone whose key it does not know', async () => {
    const twice = transaction(put('a', 'strangers', 'id'));
    expect(await collide(twice, twice)).toEqual(['done', 'done']);
  });

  it('turns an attempt away before the engine hears of it', async () => {
    await collide(transaction(put('a')), updateItem('a'));
    expect(engine.received).toEqual(['TransactWriteItems']);
  });

  it('holds nothing of what it names if it is turned away itself', async () => {
    const one = send(client, transaction(put('a')));
    await time.pass(1, 1);
    const two = send(client, transaction(put('a'), put('b')));
    await time.pass(1, 2);
    const three = send(client, transaction(put('b')));
    await time.pass(RTT_MS, 3);
    expect(await Promise.all([one, two, three])).toEqual([
      'done',
      cancelled('TransactionConflict', 'None'),
      'done',
    ]);
  });
});

describe('a plain write under way', () => {
  it('cancels a TransactGetItems', async () => {
    expect(await collide(updateItem('a'), transactGet('a'))).toEqual([
      'done',
      cancelled('TransactionConflict'),
    ]);
  });

  it.each([
    ['a transaction', transaction(put('a'))],
    ['another plain write', putItem('a')],
  ])('does not stop %s', async (_, second) => {
    expect(await collide(updateItem('a'), second)).toEqual(['done', 'done']);
  });
});

it('a TransactGetItems under way stops nobody', async () => {
  expect(await collide(transactGet('a'), transaction(put('a')))).toEqual(['done', 'done']);
});

describe('a transaction is under way', () => {
  const again = () => send(client, updateItem('a'));

  it('for a round trip, even if the engine is faster', async () => {
    const one = send(client, transaction(put('a')));
    await time.pass(RTT_MS - 1, 1);
    expect(engine.received).toHaveLength(1);
    const two = again();
    await time.pass(1, 2);
    expect(await one).toBe('done');
    const three = again();
    await time.pass(RTT_MS, 2);
    expect([await two, await three]).toEqual(['TransactionConflictException', 'done']);
  });

  it('until the engine has answered, even if that takes longer', async () => {
    engine.holding = true;
    const one = send(client, transaction(put('a')));
    await time.pass(10 * RTT_MS, 1);
    const two = again();
    await time.pass(RTT_MS, 1);
    expect(await two).toBe('TransactionConflictException');
    await engine.answer();
    expect(await one).toBe('done');
    engine.holding = false;
    const three = again();
    await time.pass(RTT_MS, 1);
    expect(await three).toBe('done');
  });

  it.each([
    ['its condition failed', conditionFailed, cancelled('ConditionalCheckFailed')],
    ['its reply was lost', Object.assign(new Error('hung up'), { name: 'TimeoutError' }), 'Time'],
  ])('no longer once %s', async (_, reply, fate) => {
    engine.holding = true;
    const one = send(client, transaction(put('a')));
    await time.pass(RTT_MS, 1);
    await engine.answer(reply);
    expect(await one).toMatch(fate);
    engine.holding = false;
    const two = again();
    await time.pass(RTT_MS, 1);
    expect(await two).toBe('done');
  });
});

it('an attempt that is turned away hears of it after a round trip', async () => {
  const one = client.send(transaction(put('a')));
  await time.pass(1, 1);
  let heard = false;
  const two = send(client, updateItem('a')).finally(() => (heard = true));
  await time.pass(RTT_MS - 1, 2);
  await one;
  expect(heard).toBe(false);
  await time.pass(1, 1);
  expect(await two).toBe('TransactionConflictException');
});

it('clients share the state of the plugin that they use, and of no other', async () => {
  const plugin = model();
  const one = send(engine.client(plugin), transaction(put('a')));
  await time.pass(1, 1);
  const others = [engine.client(plugin), engine.client(model())];
  const fates = others.map((other) => send(other, updateItem('a')));
  await time.pass(RTT_MS, 3);
  await one;
  expect(await Promise.all(fates)).toEqual(['TransactionConflictException', 'done']);
});

it('the client’s own classes of exceptions are thrown, with AWS’s messages', async () => {
  const one = client.send(transaction(put('a')));
  await time.pass(1, 1);
  const two = expect(client.send(transaction(put('a'), put('b')))).rejects.toMatchObject({
    constructor: TransactionCanceledException,
    message:
      'Transaction cancelled, please refer cancellation reasons for specific reasons ' +
      '[TransactionConflict, None]',
    CancellationReasons: [
      { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item.' },
      { Code: 'None' },
    ],
    $metadata: { httpStatusCode: 400 },
  });
  const three = expect(client.send(updateItem('a'))).rejects.toBeInstanceOf(
    TransactionConflictException,
  );
  await time.pass(RTT_MS, 3);
  await Promise.all([one, two, three]);
});
