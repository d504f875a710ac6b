import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { quietRequestQueue } from '../../../lib/adapters/kafka/client.ts';
import { type KafkaPublisher, kafkaPublisher } from '../../../lib/adapters/kafka/publisher.ts';
import { systemClock, systemTimer } from '../../../lib/runtime/clock.ts';
import { type Engines, startEngines } from '../../../localstack/engines/index.ts';
import { freePort } from '../../../localstack/engines/ports.ts';
import { frozen } from '../../frozen.ts';
import { SlowBroker } from './slow-broker.ts';
import { freshTopic, readTopic } from './topics.ts';

const OUTAGE_MS_MAX = 2_600;
const shared = process.env['KAFKA_BROKERS'] ?? '';

let opened: KafkaPublisher[] = [];
afterEach(async () => {
  await Promise.all(opened.map((publisher) => publisher.close()));
  opened = [];
});

function publisherTo(brokers: string, onRequest?: (name: string) => void): KafkaPublisher {
  const publisher = kafkaPublisher({
    ...{ brokers: brokers.split(','), clock: systemClock, timer: systemTimer, onRequest },
  });
  opened.push(publisher);
  return publisher;
}

/** What came of it, and after how long. */
async function timed(work: Promise<unknown>) {
  const startMs = performance.now();
  const value = await work.catch((error: unknown) => error);
  return { value, ms: performance.now() - startMs };
}

const times = <T>(n: number, make: (i: number) => T): T[] =>
  Array.from({ length: n }, (_, i) => make(i));
const one = (value: string) => [{ key: 'k', value }];

describe('the publisher', () => {
  it('tells where each record stands, in the order of the call', async () => {
    const topic = await freshTopic(shared);
    const records = times(60, (i) => ({ key: `sku-${i % 7}`, value: `${i}` }));
    const publisher = publisherTo(shared);
    const places = [
      ...(await publisher.publish(topic, records.slice(0, 25))),
      ...(await publisher.publish(topic, records.slice(25))),
    ];
    expect(places).toHaveLength(60);
    const standing = await readTopic(shared, topic, 60);
    for (const [i, { partition, offset }] of places.entries()) {
      const at = standing.find((met) => met.partition === partition && met.offset === offset);
      expect([at?.key?.toString(), at?.value?.toString()]).toEqual([`sku-${i % 7}`, `${i}`]);
    }
    const values = (key: string) =>
      standing.filter((met) => met.key?.toString() === key).map((met) => Number(met.value));
    expect(values('sku-3')).toEqual([3, 10, 17, 24, 31, 38, 45, 52, 59]);
    expect(await publisher.publish(topic, [])).toEqual([]);
  });

  // Hashes of Kafka's own UtilsTest: partition = (hash & 0x7fffffff) % 3.
  it.each([
    ['21', 0],
    ['foobar', 0],
    ['a-little-bit-long-string', 2],
    ['a-little-bit-longer-string', 2],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', 2],
    ['abc', 0],
  ])(
    "puts the key %s where Kafka's own clients do, as text and as bytes",
    async (key, partition) => {
      const topic = await freshTopic(shared);
      const places = await publisherTo(shared).publish(topic, [
        { key, value: '' },
        { key: Uint8Array.from(Buffer.from(key)), value: '' },
      ]);
      expect(places).toEqual([
        { partition, offset: 0 },
        { partition, offset: 1 },
      ]);
    },
  );

  it('carries bytes, tombstones, records without a key, and headers that come twice', async () => {
    const topic = await freshTopic(shared, { numPartitions: 1 });
    const bytes = Uint8Array.from([0, 255, 254, 128]);
    await publisherTo(shared).publish(topic, [
      { key: bytes, value: bytes, headers: { a: ['1', bytes], b: '' } },
      { value: '' },
      { key: 'gone', value: null },
    ]);
    const [first, second, third] = await readTopic(shared, topic, 3);
    expect([first?.key, first?.value]).toEqual([Buffer.from(bytes), Buffer.from(bytes)]);
    expect(first?.headers).toEqual({
      a: [Buffer.from('1'), Buffer.from(bytes)],
      b: Buffer.from(''),
    });
    expect([second?.key, second?.value]).toEqual([null, Buffer.from('')]);
    expect([third?.key?.toString(), third?.value]).toEqual(['gone', null]);
  });

  it('sends a crowd of 200 in a few requests, each told its own places', async () => {
    const topic = await freshTopic(shared);
    const requests: string[] = [];
    const publisher = publisherTo(shared, (name) => requests.push(name));
    const told = await Promise.all(
      times(200, (i) => publisher.publish(topic, [{ key: `sku-${i % 5}`, value: `${i}` }])),
    );
    const produced = requests.filter((name) => name === 'Produce').length;
    expect(produced).toBeGreaterThan(0);
    expect(produced).toBeLessThanOrEqual(10);
    const standing = await readTopic(shared, topic, 200);
    const valueAt = new Map(
      standing.map(({ partition, offset, value }) => [`${partition}/${offset}`, String(value)]),
    );
    expect(told.map(([place]) => valueAt.get(`${place?.partition}/${place?.offset}`))).toEqual(
      times(200, String),
    );
    for (const key of times(5, (i) => `sku-${i}`)) {
      const values = standing
        .filter((met) => String(met.key) === key)
        .map((met) => Number(met.value));
      expect(values).toEqual(values.toSorted((a, b) => a - b));
    }
  });

  it('sends more than a request may hold in several, without a gap', async () => {
    const topic = await freshTopic(shared, { numPartitions: 1, configEntries: limit });
    const value = 'x'.repeat(500);
    const requests: string[] = [];
    const publisher = publisherTo(shared, (name) => requests.push(name));
    const places = await publisher.publish(
      topic,
      times(3_000, () => ({ key: 'k', value })),
    );
    expect(places.map(({ offset }) => offset)).toEqual(times(3_000, (i) => i));
    const produced = requests.filter((name) => name === 'Produce').length;
    expect(produced).toBeGreaterThanOrEqual(6);
    expect(produced).toBeLessThanOrEqual(9);
  });

  const limit = [{ name: 'max.message.bytes', value: String(256 * 1024) }];

  it('refuses a record that is larger than the topic takes, and only that one', async () => {
    const topic = await freshTopic(shared, { numPartitions: 1, configEntries: limit });
    const publisher = publisherTo(shared);
    const sized = (bytes: number) =>
      publisher.publish(topic, [{ key: 'k', value: 'x'.repeat(bytes) }]);
    const [, large, ...others] = await Promise.all([
      timed(sized(1)),
      timed(sized(300_000)),
      ...times(5, (i) => timed(sized(100 + i))),
      timed(sized(255 * 1024)),
    ]);
    expect(String(large.value)).toMatch(/larger than the topic .* takes/);
    expect(large.value).not.toMatchObject({ name: 'Unavailable' });
    expect(others.map(({ value }) => value)).toEqual(
      others.map(() => [{ partition: 0, offset: expect.any(Number) }]),
    );
  });

  it('goes back to single requests where together they are too large for the topic', async () => {
    const configEntries = [{ name: 'max.message.bytes', value: '2000' }];
    const topic = await freshTopic(shared, { numPartitions: 1, configEntries });
    const publisher = publisherTo(shared);
    const told = await Promise.all(
      times(20, () => publisher.publish(topic, [{ key: 'k', value: 'x'.repeat(900) }])),
    );
    expect(new Set(told.map(([place]) => place?.offset)).size).toBe(20);
  });

  it('says that there is no such topic, and goes on with those that there are', async () => {
    const topic = await freshTopic(shared);
    const publisher = publisherTo(shared);
    const missing = `missing-${randomUUID()}`;
    const { value, ms } = await timed(publisher.publish(missing, one('a')));
    expect(String(value)).toBe(`Error: Kafka has no topic ${missing}`);
    expect(ms).toBeLessThan(OUTAGE_MS_MAX);
    expect(await publisher.publish(topic, one('a'))).toHaveLength(1);
  });
});

describe('the publisher without a broker', () => {
  it('tells that nothing listens, and that nothing was sent', async () => {
    const publisher = publisherTo(`127.0.0.1:${await freePort()}`);
    const answers = await Promise.all(times(20, () => timed(publisher.publish('t', one('a')))));
    for (const { value, ms } of answers) {
      expect(value).toMatchObject({ name: 'Unavailable', engine: 'kafka', fate: 'none' });
      expect(ms).toBeLessThan(OUTAGE_MS_MAX);
    }
  });

  it('tells that nobody answers, and leaves no connection behind', async () => {
    const sockets = new Set<Socket>();
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
      socket.resume();
    });
    const publisher = publisherTo(`127.0.0.1:${await listening(server)}`);
    const early = timed(publisher.publish('t', one('a')));
    await sleep(1_500);
    const late = timed(publisher.publish('t', one('b')));
    for (const { value, ms } of [await early, await late]) {
      expect(value).toMatchObject({ name: 'Unavailable', engine: 'kafka', fate: 'none' });
      expect(ms).toBeLessThan(OUTAGE_MS_MAX);
    }
    expect(connections).toBeGreaterThanOrEqual(2);
    await sleep(100);
    expect(sockets.size).toBe(0);
    await new Promise((ok) => server.close(ok));
  });
});

describe('the publisher and a broker that takes its time', () => {
  it('gives a new connection nearly all of its time, since what times out begins anew', async () => {
    const broker = new SlowBroker('t', 450);
    const publisher = publisherTo(await broker.listen());
    const { value, ms } = await timed(publisher.publish('t', one('a')));
    broker.close();
    expect(value).toEqual([{ partition: 0, offset: 7 }]);
    // More than an attempt on a connection that is there already may take.
    expect(ms).toBeGreaterThan(1_150);
    expect(ms).toBeLessThan(OUTAGE_MS_MAX);
  });

  it('tells in time that a new connection takes too long', async () => {
    const broker = new SlowBroker('t', 1_000);
    const publisher = publisherTo(await broker.listen());
    const { value, ms } = await timed(publisher.publish('t', one('a')));
    broker.close();
    expect(value).toMatchObject({ name: 'Unavailable', engine: 'kafka' });
    expect(ms).toBeLessThan(OUTAGE_MS_MAX);
  });
});

const listening = (server: Server) =>
  new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });

describe('the publisher and a broker of its own', () => {
  let engines: Engines<'kafka'>;
  let brokers: string;
  let topic: string;
  beforeAll(async () => {
    delete process.env['KAFKA_BROKERS'];
    engines = await startEngines({ only: ['kafka'], reuse: false, label: 'publisher-test' });
    process.env['KAFKA_BROKERS'] = shared;
    brokers = engines.env.KAFKA_BROKERS;
    topic = await freshTopic(brokers);
  }, 180_000);
  afterAll(() => engines.stop());

  it('tells a crowd in time that the broker is frozen, and publishes again after it', async () => {
    const [warm, cold] = [publisherTo(brokers), publisherTo(brokers)];
    await warm.publish(topic, one('before'));
    const { warmed, later, colded } = await frozen(engines, async () => {
      const first = times(30, (i) => timed(warm.publish(topic, one(`frozen-${i}`))));
      const other = timed(cold.publish(topic, one('cold')));
      await sleep(1_000);
      const second = times(30, (i) => timed(warm.publish(topic, one(`later-${i}`))));
      return {
        warmed: await Promise.all(first),
        later: await Promise.all(second),
        colded: await other,
      };
    });
    for (const { value, ms } of [...warmed, ...later, colded]) {
      expect(value).toMatchObject({ name: 'Unavailable', engine: 'kafka' });
      expect(ms).toBeLessThan(OUTAGE_MS_MAX);
    }
    // The first was on its way when the broker stood still. What came later never left.
    expect(warmed[0]?.value).toMatchObject({ fate: 'unknown' });
    expect(later.at(-1)?.value).toMatchObject({ fate: 'none' });
    expect(colded.value).toMatchObject({ fate: 'none' });
    for (const publisher of [warm, cold]) {
      const { value, ms } = await timed(publisher.publish(topic, one('after')));
      expect(value).toEqual([{ partition: expect.any(Number), offset: expect.any(Number) }]);
      expect(ms).toBeLessThan(1_000);
    }
  });

  it('rides out a broker that stands still for a moment', async () => {
    const publisher = publisherTo(brokers);
    await publisher.publish(topic, one('before'));
    const sending = await frozen(engines, async () => {
      const work = timed(publisher.publish(topic, one('meanwhile')));
      await sleep(1_400);
      return { work };
    });
    const { value, ms } = await sending.work;
    expect(value).toEqual([{ partition: expect.any(Number), offset: expect.any(Number) }]);
    expect(ms).toBeLessThan(OUTAGE_MS_MAX);
  });

  it('keeps no socket and no timer of an outage', async () => {
    const before = resources();
    const publisher = publisherTo(brokers);
    await publisher.publish(topic, one('before'));
    await frozen(engines, () => timed(publisher.publish(topic, one('frozen'))));
    await publisher.publish(topic, one('after'));
    await publisher.close();
    await sleep(1_500);
    expect(resources()).toEqual(before);
  });
});

function resources() {
  const active = process.getActiveResourcesInfo();
  const count = (name: string) => active.filter((one) => one === name).length;
  return { sockets: count('TCPSocketWrap'), connects: count('TCPConnectWrap') };
}

describe('an idle publisher', () => {
  it('takes under 1 % of a core', async () => {
    const topic = await freshTopic(shared);
    const child = fileURLToPath(new URL('idle-child.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [child, shared, topic]);
    expect(Number(stdout)).toBeGreaterThan(0);
    expect(Number(stdout)).toBeLessThan(0.01);
  });

  it('rests on what is known of one version of KafkaJS', () => {
    expect(() => {
      quietRequestQueue('2.2.5');
    }).toThrow('KafkaJS is 2.2.5');
  });
});
