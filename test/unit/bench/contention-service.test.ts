import { beforeEach, describe, expect, it } from '@jest/globals';
import { contentionModel } from '../../../bench/contention.ts';
import { modelSettingsIn } from '../../../bench/contention/round-trip.ts';
import { database } from '../../../lib/adapters/dynamodb/database.ts';
import { type Cost, meter } from '../../../lib/adapters/dynamodb/meter.ts';
import { tableNames } from '../../../lib/adapters/dynamodb/tables.ts';
import { put, putItem, transaction, update, updateItem } from './contention/requests.ts';
import { type Request, send, shapeOf, StillTime, StubEngine } from './contention/stage.ts';

/** The model between the service's own layers: its meter and its database. */

const RTT_MS = 5;
let time: StillTime;
let engine: StubEngine;
let bills: Cost[];
let client: ReturnType<StubEngine['client']>;
beforeEach(() => {
  time = new StillTime();
  engine = new StubEngine();
  bills = [];
  client = engine.client(
    meter({ shapeOf, onCost: (cost) => bills.push(cost) }),
    contentionModel({ shapeOf, roundTripMs: RTT_MS, timing: time }),
  );
});

/** Sends both at once and returns the second one's bill. */
async function billOfSecond(second: Request): Promise<Cost | undefined> {
  const first = client.send(transaction(put('a')));
  await time.pass(1, 1);
  const sent = send(client, second);
  await time.pass(RTT_MS, 2);
  await first;
  await sent;
  expect(engine.received).toHaveLength(1);
  return bills[1];
}

describe('the meter bills an attempt that the model turned away', () => {
  it('a transaction by all its items, twice each', async () => {
    const second = transaction(update('a'), update('b'));
    expect(await billOfSecond(second)).toEqual({
      ...{ requests: 1, transactions: 1, writeUnits: 4, readUnits: 0 },
      itemWrites: { products: 2 },
    });
  });

  it('a plain write by its item', async () => {
    expect(await billOfSecond(updateItem('a'))).toMatchObject({ requests: 1, writeUnits: 1 });
  });

  it('but not the items that were throttled', async () => {
    const drain = client.send(putItem('b', 399 * 1024));
    await time.pass(RTT_MS, 1);
    await drain;
    const big = { Put: putItem('b', 399 * 1024).input };
    const sent = send(client, transaction(update('a'), big));
    await time.pass(RTT_MS, 1);
    expect(await sent).toBe('TransactionCanceledException None ThrottlingError');
    expect(bills[1]?.writeUnits).toBe(2);
  });
});

describe('the service sees as contended', () => {
  const tables = tableNames('');
  const shop = () => database(client, tables);

  it('a conflict with a transaction', async () => {
    const first = shop().attempt((to) => to.send(transaction(put('a'))));
    await time.pass(1, 1);
    const others = [transaction(update('a')), transaction(put('b'), put('a'))].map((second) =>
      shop().attempt((to) => to.send(second)),
    );
    const plain = shop().attempt((to) => to.send(updateItem('a')));
    await time.pass(RTT_MS, 4);
    expect(await first).toMatchObject({ kind: 'done' });
    expect(await Promise.all([...others, plain])).toEqual(Array(3).fill({ kind: 'contended' }));
  });

  it('a key that is written too often', async () => {
    const big = putItem('a', 399 * 1024);
    const attempts = [1, 2, 3].map(() => shop().attempt((to) => to.send(big)));
    const inTransaction = shop().attempt((to) => to.send(transaction({ Put: big.input })));
    await time.pass(RTT_MS, 4);
    const kinds = (await Promise.all([...attempts, inTransaction])).map(({ kind }) => kind);
    expect(kinds).toEqual(['done', 'done', 'contended', 'contended']);
  });
});

describe('the round trip', () => {
  it('is 5 ms, or what CONTENTION_ROUND_TRIP_MS says', () => {
    expect(modelSettingsIn({})).toEqual({ roundTripMs: 5 });
    expect(modelSettingsIn({ CONTENTION_ROUND_TRIP_MS: '' })).toEqual({ roundTripMs: 5 });
    expect(modelSettingsIn({ CONTENTION_ROUND_TRIP_MS: '12' })).toEqual({ roundTripMs: 12 });
  });

  it.each(['fast', '-1', '1.5', '1001'])('can not be %s', (text) => {
    expect(() => modelSettingsIn({ CONTENTION_ROUND_TRIP_MS: text })).toThrow(
      `CONTENTION_ROUND_TRIP_MS needs a whole number from 0 to 1000, not "${text}".`,
    );
  });
});
