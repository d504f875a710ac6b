import { expect, it } from '@jest/globals';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { noCost } from '../../../lib/adapters/dynamodb/meter.ts';
import { orderInImage } from '../../../lib/adapters/dynamodb/order-history.ts';
import { memoryShop } from '../../../lib/adapters/memory/shop.ts';
import { type KeyToken, orderIdOf } from '../../../lib/domain/ids.ts';
import { Unavailable } from '../../../lib/domain/unavailable.ts';
import { orderEventsOn } from '../../../lib/messaging/order-events.ts';
import { relayOrderChanges } from '../../../lib/messaging/relay-order-changes.ts';
import { relayOf } from '../../../lib/messaging/relay.ts';
import { type DeadLetters, recordBytes } from '../../../lib/ports/dead-letters.ts';
import type { Outgoing } from '../../../lib/ports/publisher.ts';

const edge = {
  clock: { nowMs: () => 0, sleep: async () => undefined, random: () => 0 },
  ...{ batchMsMax: 1_000, callMsMax: 100, tell: () => undefined },
  metered: <T>(work: (cost: () => typeof noCost) => Promise<T>) => work(() => noCost),
};

const idOf = (n: number) => orderIdOf(String.fromCharCode(97 + n).repeat(26) as KeyToken);
const at = '2026-01-01T00:00:00.000Z';

/** A placed order's row, in the form in which a stream has it. */
function row(n: number, more: object = {}): object {
  const lines = [{ sku: 'tee', name: 'Tee', quantity: 1, unitPriceMinor: 100 }];
  const order = {
    ...{ orderId: idOf(n), status: 'PENDING_PAYMENT', lines, totalMinor: 100, currency: 'KRW' },
    ...{ createdAt: at, expiresAt: at },
  };
  const reply = JSON.stringify(order);
  const asked = { userId: 'ann', requestId: 'r', fingerprint: 'f', createdAt: at, expiresAt: at };
  return marshall({ orderId: idOf(n), status: order.status, reply, ...asked, ...more });
}

const change = (n: number, NewImage: object = row(n), OldImage?: object): DynamoDBRecord => ({
  eventSourceARN: 'arn:orders',
  dynamodb: {
    ...{ Keys: { orderId: { S: idOf(n) } }, SequenceNumber: `10000000000000000000${n}` },
    NewImage,
    ...(OldImage && { OldImage }),
  } as NonNullable<DynamoDBRecord['dynamodb']>,
});
const paid = { status: 'PAID', paymentId: `pay_${'a'.repeat(26)}`, paidAt: at };

/** A relay, what it published, and the letters that it kept. */
function stage(fails: { publishing?: () => boolean; keeping?: () => boolean } = {}) {
  const published: (readonly [string, string])[] = [];
  const { deadLetters } = memoryShop();
  const publish = async (_topic: string, records: readonly Outgoing[]) => {
    if (fails.publishing?.() === true) throw new Unavailable('kafka', 'unknown');
    for (const { key, value } of records) {
      const { type } = JSON.parse(String(value)) as { type: string };
      published.push([String(key), type]);
    }
    return records.map((_, offset) => ({ partition: 0, offset }));
  };
  const keep: DeadLetters['keep'] = async (letter) => {
    if (fails.keeping?.() === true) throw new Unavailable('dynamodb', 'none');
    return deadLetters.keep(letter);
  };
  const deps = {
    ...{ topic: 'order-events', orderInImage, deadLetters: { keep } },
    events: orderEventsOn({ publish }, 'order-events'),
  };
  const relay = relayOf(edge, 'test', (changes, patience) =>
    relayOrderChanges(deps, changes, patience),
  );
  const hand = (Records: DynamoDBRecord[]) => relay({ Records } satisfies DynamoDBStreamEvent);
  return { hand, published, letters: async () => (await deadLetters.list(100, undefined)).items };
}

const done = { batchItemFailures: [] };
const from = (n: number) => ({
  batchItemFailures: [{ itemIdentifier: `10000000000000000000${n}` }],
});

it('tells each change in its turn, under the key of its order', async () => {
  const { hand, published } = stage();
  const rejected = marshall({
    ...{ orderId: idOf(2), userId: 'bob', status: 'REJECTED', queued: true, rejectedAt: at },
    shortages: [{ sku: 'tee', requestedUnits: 2, availableUnits: 1 }],
  });
  expect(await hand([change(0), change(1), change(0, row(0, paid), row(0)), change(2, rejected)])) //
    .toEqual(done);
  expect(published).toEqual([
    [idOf(0), 'order.placed'],
    [idOf(1), 'order.placed'],
    [idOf(0), 'order.paid'],
    [idOf(2), 'order.rejected'],
  ]);
});

it('gives up a row that it can not read, whole, and tells the others', async () => {
  const { hand, published, letters } = stage();
  const bad = [
    marshall({ orderId: idOf(1), status: 'PENDING_PAYMENT', reply: '{' }),
    row(1, { status: 'SHIPPED' }),
    row(1, { userId: '' }),
    marshall({ orderId: idOf(1) }),
  ];
  for (const image of bad) {
    const { hand, published, letters } = stage();
    expect(await hand([change(0), change(1, image), change(2)])).toEqual(done);
    expect(published.map(([key]) => key)).toEqual([idOf(0), idOf(2)]);
    const [letter, ...more] = await letters();
    expect([more, letter?.reason, letter?.topic]).toEqual([[], 'invalid', 'order-events']);
    expect(JSON.parse(Buffer.from(letter?.value ?? []).toString())).toEqual(change(1, image));
  }
  // Delivered again, it is given up once.
  const again = change(1, row(1, { status: 'SHIPPED' }));
  for (let times = 0; times < 2; times += 1) expect(await hand([again])).toEqual(done);
  expect([(await letters()).length, published]).toEqual([1, []]);
});

it('names the first change that is not out while the broker is away, and loses none', async () => {
  let away = true;
  const { hand, published } = stage({ publishing: () => away });
  const changes = Array.from({ length: 26 }, (_, n) => change(n));
  expect(await hand(changes)).toEqual(from(0));
  expect(published).toEqual([]);
  away = false;
  expect(await hand(changes)).toEqual(done);
  expect(published).toHaveLength(26);
});

it('goes on behind what is out when the broker goes away in between', async () => {
  let calls = 0;
  const { hand, published } = stage({ publishing: () => (calls += 1) === 2 });
  const changes = Array.from({ length: 150 }, (_, n) => change(n, row(n % 26)));
  expect(await hand(changes)).toEqual(from(100));
  expect(published).toHaveLength(100);
  expect(await hand(changes.slice(100))).toEqual(done);
  expect(published).toHaveLength(150);
});

it('does not pass a row that it could not give up', async () => {
  const { hand } = stage({ keeping: () => true });
  const poison = change(1, row(1, { status: 'SHIPPED' }));
  expect(await hand([change(0), poison, change(2)])).toEqual(from(1));
});

it('tells all events of a row that was mended, since it could tell none before', async () => {
  for (const broken of [row(0, { status: 'SHIPPED' }), row(0, { userId: '' })]) {
    const { hand, published, letters } = stage();
    expect(await hand([change(0, broken), change(1, row(0, paid), broken)])).toEqual(done);
    expect(published).toEqual([
      [idOf(0), 'order.placed'],
      [idOf(0), 'order.paid'],
    ]);
    expect(await letters()).toHaveLength(1);
  }
});

it('gives up a row of any size, in a letter that the store has room for', async () => {
  const { hand, letters } = stage();
  const huge = row(0, { status: 'SHIPPED', more: 'x'.repeat(390_000) });
  expect(await hand([change(0, huge, huge)])).toEqual(done);
  const [letter] = await letters();
  // An item takes 400 KB.
  expect(letter && recordBytes(letter)).toBeLessThan(390_000);
  expect(letter?.detail).toMatch(/^cut, .* stands in its table whole; Error: the order is SHIPPED/);
  expect(Buffer.from(letter?.key ?? []).toString()).toBe(idOf(0));
});

it('tells nothing of a row that is gone, or that was written without a step', async () => {
  const { hand, published } = stage();
  const gone = change(0);
  delete gone.dynamodb?.NewImage;
  expect(await hand([gone, change(1, row(1, { more: 1 }), row(1))])).toEqual(done);
  expect(published).toEqual([]);
});
