import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { contentionModel } from '../../../bench/contention.ts';
import { check, putItem, transaction, update, updateItem } from './contention/requests.ts';
import {
  conditionFailed,
  type Request,
  send,
  shapeOf,
  StillTime,
  StubEngine,
} from './contention/stage.ts';

/** An item of just under 100 KiB: 100 write units. */
const PAD_BYTES = 100 * 1024 - 64;
const big = (sku: string) => putItem(sku, PAD_BYTES);
const bigInTransaction = (sku: string) => transaction({ Put: big(sku).input });
const small = (sku: string) => putItem(sku);

let time: StillTime;
let engine: StubEngine;
let client: ReturnType<StubEngine['client']>;
beforeEach(() => {
  time = new StillTime();
  engine = new StubEngine();
  // Round trips of no time: here only units count.
  client = engine.client(contentionModel({ shapeOf, roundTripMs: 0, timing: time }));
});

const write = (request: Request) => send(client, request);

/** How often it succeeds until it is turned away, and how. */
async function upTo(command: () => Request, most = 2_000) {
  for (let done = 0; done < most; done += 1) {
    const fate = await write(command());
    if (fate !== 'done') return [done, fate];
  }
  return [most, 'done'];
}

const throttledItem = 'TransactionCanceledException ThrottlingError';

describe('one partition key', () => {
  it('takes 1,000 units of plain writes at once', async () => {
    expect(await upTo(() => big('a'))).toEqual([10, 'ThrottlingException']);
  });

  it('takes half as many in transactions, where each counts double', async () => {
    expect(await upTo(() => bigInTransaction('a'))).toEqual([5, throttledItem]);
  });

  it('counts an item of no size as one unit', async () => {
    expect(await upTo(() => small('a'))).toEqual([1_000, 'ThrottlingException']);
  });

  it('counts an update and a condition check by the item as last written', async () => {
    await write(big('a'));
    expect(await upTo(() => updateItem('a'))).toEqual([9, 'ThrottlingException']);
    await write(big('b'));
    expect(await upTo(() => transaction(check('b')))).toEqual([4, throttledItem]);
  });

  it('is refilled by one unit per millisecond, and never above 1,000', async () => {
    await upTo(() => big('a'));
    await time.pass(199);
    expect(await upTo(() => big('a'))).toEqual([1, 'ThrottlingException']);
    await time.pass(1);
    expect(await upTo(() => big('a'))).toEqual([1, 'ThrottlingException']);
    await time.pass(3_600_000);
    expect(await upTo(() => big('a'))).toEqual([10, 'ThrottlingException']);
  });

  it('takes nothing from another', async () => {
    await upTo(() => big('a'));
    expect(await write(big('b'))).toBe('done');
  });

  it('is told in a transaction at the items of that key only, and nothing is written', async () => {
    await upTo(() => big('a'));
    const sent = engine.received.length;
    expect(await write(transaction(update('b'), update('a'), update('c')))).toBe(
      'TransactionCanceledException None ThrottlingError None',
    );
    expect(engine.received).toHaveLength(sent);
  });
});

it('a write whose condition failed has used its units', async () => {
  engine.holding = true;
  for (let n = 0; n < 5; n += 1) {
    const sent = write(bigInTransaction('a'));
    await engine.answer(conditionFailed);
    expect(await sent).toBe('TransactionCanceledException ConditionalCheckFailed');
  }
  expect(await write(bigInTransaction('a'))).toBe(throttledItem);
});

it('an attempt turned away by a conflict has used its units, one throttled has not', async () => {
  engine.holding = true;
  const first = write(bigInTransaction('a'));
  while (engine.received.length === 0) await time.pass(0);
  const fates: string[] = [];
  for (let n = 0; n < 6; n += 1) fates.push(await write(bigInTransaction('a')));
  await engine.answer();
  await first;
  // The first one and the four after it took 200 units each; the last two were turned away as well.
  expect(new Set(fates)).toEqual(new Set(['TransactionCanceledException TransactionConflict']));
  engine.holding = false;
  expect(await write(small('a'))).toBe('ThrottlingException');

  expect(await upTo(() => big('b'))).toEqual([10, 'ThrottlingException']);
  await write(big('b'));
  await time.pass(100);
  expect(await write(big('b'))).toBe('done');
});

it('a hot key of an index throttles its table, whatever the items’ own keys', async () => {
  let n = 0;
  const order = (userId: string) => {
    n += 1;
    const Item = { orderId: { S: `order-${n}` }, userId: { S: userId } };
    return new PutItemCommand({
      TableName: 'orders',
      Item,
      ConditionExpression: 'attribute_not_exists(orderId)',
    });
  };
  expect(await upTo(() => order('ann'))).toEqual([1_000, 'ThrottlingException']);
  expect(await write(order('bob'))).toBe('done');
});
