import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kafkaClient } from '../../lib/adapters/kafka/client.ts';
import { orderEventRecord } from '../../lib/messaging/order-event-record.ts';
import { call, putOnSale } from '../../localstack/shop/client.ts';
import { signToken } from '../../localstack/shop/keys.ts';
import type { Shop } from '../../localstack/shop/open.ts';
import { replayEvents } from './replay-events.ts';
import { admin, onSale, openTestShop, order, times } from './shop.ts';

/** What becomes of orders over HTTP, as whoever reads the topic `order-events` hears it. */
const prefix = `e2e-${randomUUID()}-`;
const topic = `${prefix}order-events`;

type Told = Readonly<Record<string, unknown>>;
interface Heard {
  readonly partition: number;
  readonly key: string;
  readonly event: Told;
}

const heard: Heard[] = [];
const consumer = kafkaClient({
  ...{ clientId: 'a-reader', brokers: (process.env['KAFKA_BROKERS'] ?? '').split(',') },
  ...{ connectMsMax: 1_000, requestMsMax: 30_000, retry: { retries: 5 } },
}).consumer({ groupId: `${prefix}reader` });

let shop: Shop;
/** The same shop with reservations that end soon: no other test may depend on how fast it is. */
let hasty: Shop;
let ann: string;
beforeAll(async () => {
  shop = await openTestShop('thin', {}, prefix, { streams: true });
  hasty = await openTestShop('thin', { RESERVATION_SECONDS: '1' }, prefix, { bridge: false });
  ann = await signToken('ann');
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message: { key, value } }) => {
      const event = JSON.parse(String(value)) as Told;
      heard.push({ partition, key: String(key), event });
    },
  });
}, 90_000);
afterAll(async () => {
  await consumer.disconnect();
  await hasty.stop();
  await shop.stop();
});

const eventsOf = (orderId: unknown) =>
  heard.filter(({ event }) => event['orderId'] === orderId).map(({ event }) => event);

/** Waits for so many events of an order; on a quiet machine they come within a second. */
async function told(orderId: unknown, count: number): Promise<Told[]> {
  const endMs = Date.now() + 30_000;
  while (Date.now() < endMs) {
    if (eventsOf(orderId).length >= count) return eventsOf(orderId);
    await sleep(50);
  }
  throw new Error(`of ${String(orderId)} came only ${JSON.stringify(eventsOf(orderId))}`);
}

const charge = (token: string, amountMinor: number) =>
  call(shop.url, 'POST /charges', { token, key: randomUUID(), body: { amountMinor } });
const pay = (token: string, orderId: unknown) =>
  call(shop.url, 'POST /payments', { token, key: randomUUID(), body: { orderId } });

it('tells that an order was placed, and paid, with all that a reader needs', async () => {
  const sku = await onSale(shop.url, 5);
  await charge(ann, 1_000);
  const { json } = await order(shop.url, ann, [[sku, 2]]);
  const { status, orderId, ...same } = json;
  const paid = (await pay(ann, orderId)).json;
  const both = await told(orderId, 2);
  const head = { version: 1, orderId, userId: 'ann', ...same };
  expect(both).toEqual([
    {
      ...head,
      ...{ eventId: `${String(orderId)}:PENDING_PAYMENT`, type: 'order.placed', status },
      at: json['createdAt'],
    },
    {
      ...head,
      ...{ eventId: `${String(orderId)}:PAID`, type: 'order.paid', status: 'PAID' },
      ...{ at: paid['paidAt'], paidAt: paid['paidAt'], paymentId: paid['paymentId'] },
    },
  ]);
});

it('tells that an order expired, once another needed its units', async () => {
  const sku = await onSale(shop.url, 1);
  const { orderId, expiresAt } = (await order(hasty.url, ann, [[sku, 1]])).json;
  await sleep(Date.parse(String(expiresAt)) - Date.now() + 50);
  expect((await order(hasty.url, ann, [[sku, 1]])).status).toBe(201);
  expect((await told(orderId, 2)).map(({ type, at }) => [type, at])).toEqual([
    ['order.placed', expect.any(String)],
    ['order.expired', expiresAt],
  ]);
});

it('tells that an order was placed or rejected in its turn', async () => {
  const sku = `sku-${randomUUID().slice(0, 13)}`;
  const thing = { sku, name: 'A thing', priceMinor: 100, units: 1 };
  await putOnSale(shop.url, { ...thing, strategy: 'kafka-keyed' });
  const asked = [];
  for (const quantity of [2, 1]) asked.push((await order(shop.url, ann, [[sku, quantity]])).json);
  const [rejected, placed] = await Promise.all(asked.map(({ orderId }) => told(orderId, 1)));
  expect(placed?.map(({ type }) => type)).toEqual(['order.placed']);
  const [{ queuedAt, createdAt } = {}] = placed ?? [];
  expect(queuedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(Date.parse(String(queuedAt))).toBeLessThanOrEqual(Date.parse(String(createdAt)));
  expect(rejected).toEqual([
    {
      ...{ version: 1, eventId: `${String(asked[0]?.['orderId'])}:REJECTED` },
      ...{ type: 'order.rejected', status: 'REJECTED', orderId: asked[0]?.['orderId'] },
      ...{ userId: 'ann', at: expect.any(String) },
      shortages: [{ sku, requestedUnits: 2, availableUnits: 1 }],
    },
  ]);
});

it('tells of a crowd each order once, in one partition, as the schema says', async () => {
  const sku = await onSale(shop.url, 30);
  const placed = await Promise.all(times(50, () => order(shop.url, ann, [[sku, 1]])));
  const ids = placed.filter(({ status }) => status === 201).map(({ json }) => json['orderId']);
  expect(ids).toHaveLength(30);
  await charge(ann, 10_000);
  for (const id of ids.slice(0, 10)) await pay(ann, id);
  for (const [i, id] of ids.entries()) await told(id, i < 10 ? 2 : 1);
  for (const [i, id] of ids.entries()) {
    const types = eventsOf(id).map(({ type }) => type);
    expect(types).toEqual(i < 10 ? ['order.placed', 'order.paid'] : ['order.placed']);
  }
  for (const { key, event } of heard) {
    expect(key).toBe(event['orderId']);
    expect(orderEventRecord.safeParse(event).success).toBe(true);
  }
  const homes = Map.groupBy(heard, ({ key }) => key);
  for (const some of homes.values()) {
    expect(new Set(some.map(({ partition }) => partition)).size).toBe(1);
  }
  expect(homes.size).toBeGreaterThanOrEqual(30);
  expect(new Set(heard.map(({ partition }) => partition)).size).toBe(3);
});

it('gives nothing up on the way', async () => {
  const letters = await call(shop.url, 'GET /admin/dead-letters', { token: await admin() });
  expect([letters.status, letters.json['items']]).toEqual([200, []]);
});

interface Top {
  readonly sku: string;
  readonly name: string;
  readonly paidUnits: number;
}

const topOf = async (query: string): Promise<Top[]> => {
  const { status, json } = await call(shop.url, `GET /products/top${query}`);
  expect([status, Object.keys(json)]).toEqual([200, ['items']]);
  return json['items'] as Top[];
};

it('lists what was paid most, at most 15 s behind', async () => {
  const token = await signToken('bob');
  const [most, next] = [await onSale(shop.url, 99), await onSale(shop.url, 99)];
  await charge(token, 100_000);
  const buy = async (sku: string, quantity: number) => {
    const { orderId } = (await order(shop.url, token, [[sku, quantity]])).json;
    expect((await pay(token, orderId)).status).toBe(201);
  };
  for (const quantity of [50, 7]) await buy(most, quantity);
  await buy(next, 40);
  await order(shop.url, token, [[next, 50]]);
  const paidMs = Date.now();
  const wanted = [
    { sku: most, name: 'A thing', paidUnits: 57 },
    { sku: next, name: 'A thing', paidUnits: 40 },
  ];
  let top: Top[] = [];
  while (Date.now() < paidMs + 15_000 && JSON.stringify(top) !== JSON.stringify(wanted)) {
    await sleep(100);
    top = await topOf('?limit=2');
  }
  expect(top).toEqual(wanted);
  expect(await topOf('?days=1&limit=1')).toEqual(wanted.slice(0, 1));
  expect((await topOf('?days=30&limit=50')).slice(0, 2)).toEqual(wanted);
  expect((await topOf('')).length).toBeLessThanOrEqual(5);
});

const replay = (args: readonly string[], settings: Readonly<Record<string, string>> = {}) =>
  replayEvents(prefix, args, settings);

describe('npm run replay-events', () => {
  it('tells all again from the tables, and what is counted stays', async () => {
    const before = new Map(heard.map(({ event }) => [String(event['eventId']), event]));
    const top = await topOf('?limit=50');
    const from = heard.length;
    const { status, out, err } = await replay(['--since', '2020-01-01T00:00:00Z']);
    expect([status, err]).toEqual([0, expect.stringContaining('orders read')]);
    expect(out).toMatch(
      new RegExp(`^(\\d+) orders read, \\1 of them changed since .*, ${before.size} events`),
    );
    const endMs = Date.now() + 30_000;
    while (heard.length < from + before.size && Date.now() < endMs) await sleep(50);
    const again = heard.slice(from).map(({ event }) => event);
    expect(new Map(again.map((event) => [String(event['eventId']), event]))).toEqual(before);
    await sleep(3_000);
    expect(await topOf('?limit=50')).toEqual(top);
  });

  it.each([
    ['no time', [], {}, 2, '--since is needed'],
    ['a time that is none', ['--since', 'yesterday'], {}, 2, 'not yesterday'],
    ['a time without a zone', ['--since', '2026-01-01T00:00:00'], {}, 2, 'needs a time such as'],
    ['a time to come', ['--since', '2999-01-01T00:00:00Z'], {}, 2, 'yet to come'],
    ['an unknown flag', ['--until', 'x'], {}, 2, '--until'],
    ['no broker named', ['--since', '2020-01-01T00:00Z'], { KAFKA_BROKERS: '' }, 2, 'KAFKA_BROK'],
    [
      'no table named',
      ['--since', '2020-01-01T00:00Z'],
      { DYNAMODB_ENDPOINT: '' },
      2,
      'DYNAMODB_E',
    ],
    ['no way to log in', ['--since', '2020-01-01T00:00Z'], { KAFKA_AUTH: 'x' }, 2, 'not x'],
    [
      'MSK in no region',
      ['--since', '2020-01-01T00:00Z'],
      { KAFKA_AUTH: 'aws-iam', AWS_REGION: '' },
      2,
      'AWS_REGION is not set',
    ],
    [
      'a broker without TLS that was said to be MSK',
      ['--since', '2020-01-01T00:00Z'],
      { KAFKA_AUTH: 'aws-iam', AWS_REGION: 'eu-central-1' },
      1,
      'kafka is away',
    ],
    [
      'a broker that is away',
      ['--since', '2020-01-01T00:00Z'],
      { KAFKA_BROKERS: '127.0.0.1:1' },
      1,
      'kafka is away',
    ],
    [
      'tables that are away',
      ['--since', '2020-01-01T00:00Z'],
      { DYNAMODB_ENDPOINT: 'http://127.0.0.1:1' },
      1,
      'dynamodb is away',
    ],
  ] as const)('says what is wrong with %s', async (_name, args, settings, status, said) => {
    const told = await replay(args, settings);
    expect([told.status, told.err]).toEqual([status, expect.stringContaining(said)]);
  });

  it('tells how it is used', async () => {
    expect(await replay(['--help'])).toMatchObject({
      ...{ status: 0, out: expect.stringContaining('--since T') },
    });
  });
});
