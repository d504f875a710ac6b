import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kafkaClient } from '../../lib/adapters/kafka/client.ts';
import { call, putOnSale } from '../../localstack/shop/client.ts';
import { signToken } from '../../localstack/shop/keys.ts';
import { order, times } from '../e2e/shop.ts';
import { Random } from '../simulation/random.ts';
import { LaneStage } from './lane-stage.ts';

/** What becomes of orders, told on a real broker that is killed and started again. */

const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000);
const SHOPPERS = 8;
const ORDERS_EACH = 25;
const QUEUED = 40;
const QUEUE_UNITS = 30;
const TOLD_MS_MAX = 90_000;

interface Heard {
  readonly partition: number;
  readonly key: string;
  readonly eventId: string;
  readonly orderId: string;
  readonly text: string;
}

/** Whatever the topic has, from its beginning, until all of these ids are among it and some time after. */
async function hear(stage: LaneStage, wanted: ReadonlySet<string>): Promise<Heard[]> {
  const consumer = kafkaClient({
    ...{ clientId: 'a-reader', brokers: [stage.brokers], connectMsMax: 1_000 },
    ...{ requestMsMax: 30_000, retry: { retries: 20 } },
  }).consumer({ groupId: `reader-${randomUUID()}` });
  const heard: Heard[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic: stage.eventsTopic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message: { key, value } }) => {
      const text = String(value);
      const { eventId, orderId } = JSON.parse(text) as Heard;
      heard.push({ partition, key: String(key), eventId, orderId, text });
    },
  });
  const endMs = Date.now() + TOLD_MS_MAX;
  const missing = () => {
    const ids = new Set(heard.map(({ eventId }) => eventId));
    return [...wanted].filter((id) => !ids.has(id));
  };
  while (missing().length > 0 && Date.now() < endMs) await sleep(200);
  await sleep(3_000);
  await consumer.disconnect();
  return heard;
}

/** The events in the order in which each was first met, as whoever knows them by their ids has them. */
const distinct = (heard: readonly Heard[]): Heard[] =>
  [...new Map(heard.toReversed().map((one) => [one.eventId, one])).values()].toReversed();

describe('events of orders', () => {
  let stage: LaneStage;
  beforeAll(async () => {
    stage = await LaneStage.open('events-chaos');
  }, 120_000);
  afterAll(() => stage.close());

  /** Places and pays orders one after the other; the ids of the events that they must be told by. */
  async function shop(sku: string, random: Random, user: string): Promise<string[]> {
    const token = await signToken(user);
    const body = { amountMinor: ORDERS_EACH * 100 };
    const charged = await call(stage.url, 'POST /charges', { token, key: randomUUID(), body });
    expect(charged.status).toBe(201);
    const ids: string[] = [];
    for (let n = 0; n < ORDERS_EACH; n += 1) {
      await sleep(random.below(400));
      const placed = await order(stage.url, token, [[sku, 1]]);
      const orderId = String(placed.json['orderId']);
      const pay = { token, key: randomUUID(), body: { orderId } };
      const paid = await call(stage.url, 'POST /payments', pay);
      // Neither needs the broker: while it is away, orders are placed and paid as ever.
      expect([placed.status, paid.status]).toEqual([201, 201]);
      ids.push(`${orderId}:PENDING_PAYMENT`, `${orderId}:PAID`);
    }
    return ids;
  }

  it("are all told, each order's in their order, though the broker is killed twice meanwhile", async () => {
    process.stderr.write(`\nCHAOS_SEED=${seed}\n`);
    const random = new Random(seed);
    const sku = `sku-${randomUUID().slice(0, 13)}`;
    const units = SHOPPERS * ORDERS_EACH;
    await putOnSale(stage.url, { sku, name: 'A thing', priceMinor: 100, units });
    const lane = await stage.onSale(QUEUE_UNITS);

    const selling = Promise.all(
      times(SHOPPERS, (n) => shop(sku, new Random(seed + n), `shopper-${n}`)),
    );
    const queued = await stage.queue(lane, QUEUED);
    expect(queued).toHaveLength(QUEUED);
    for (let kills = 0; kills < 2; kills += 1) {
      await sleep(300 + random.below(900));
      const command = await stage.killBroker();
      await sleep(500 + random.below(2_500));
      await stage.startBroker(command);
    }
    const sold = (await selling).flat();
    const told = await Promise.all(queued.map((answer) => stage.decided(answer)));
    const decided = queued.map(
      ({ json }, n) =>
        `${String(json['orderId'])}:${told[n] === 'CONFIRMED' ? 'PENDING_PAYMENT' : 'REJECTED'}`,
    );
    expect(told.filter((status) => status === 'REJECTED')).toHaveLength(QUEUED - QUEUE_UNITS);

    // Changes met a broker that was away, and came again.
    expect(await stage.failedBatches()).toBeGreaterThan(0);

    const expected = [...sold, ...decided];
    const heard = await hear(stage, new Set(expected));
    const events = distinct(heard);
    process.stderr.write(`${expected.length} events, told by ${heard.length} records\n`);
    expect(events.map(({ eventId }) => eventId).sort()).toEqual(expected.toSorted());

    // Those of one order in one partition, first met in their order, and the same each time.
    for (const [orderId, some] of Map.groupBy(events, (event) => event.orderId)) {
      expect(some.map(({ eventId }) => eventId)).toEqual(
        expected.filter((id) => id.startsWith(`${orderId}:`)),
      );
    }
    const texts = new Map(events.map(({ eventId, text }) => [eventId, text]));
    const homes = new Map(events.map(({ key, partition }) => [key, partition]));
    for (const { key, orderId, eventId, partition, text } of heard) {
      expect([key, partition]).toEqual([orderId, homes.get(orderId)]);
      expect(text).toBe(texts.get(eventId));
    }

    // Whoever counts them counts each once.
    const endMs = Date.now() + 15_000;
    const counted = async () => {
      const { json } = await call(stage.url, 'GET /products/top?limit=1');
      return json['items'];
    };
    const top = [{ sku, name: 'A thing', paidUnits: units }];
    while (JSON.stringify(await counted()) !== JSON.stringify(top) && Date.now() < endMs) {
      await sleep(200);
    }
    expect(await counted()).toEqual(top);
  }, 300_000);
});
