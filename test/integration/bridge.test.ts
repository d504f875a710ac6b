import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { MSKEvent, MSKRecord } from 'aws-lambda';
import { type Admin, ConfigResourceTypes, Kafka, logLevel, type Producer } from 'kafkajs';
import { type Bridge, openBridge } from '../../localstack/bridge/open.ts';
import { createTopics } from '../../localstack/shop/topics.ts';

const brokers = process.env['KAFKA_BROKERS'] ?? '';
const kafka = new Kafka({
  clientId: 'bridge-test',
  brokers: brokers.split(','),
  logLevel: logLevel.NOTHING,
});
const admin: Admin = kafka.admin();
const producer: Producer = kafka.producer();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bridge-'));
  await Promise.all([admin.connect(), producer.connect()]);
});
afterAll(async () => {
  await Promise.all([admin.disconnect(), producer.disconnect()]);
  await rm(folder, { recursive: true });
});

/** What one invocation brought. */
interface Invocation {
  readonly path: string;
  readonly event: MSKEvent;
}
type Answer = { readonly status?: number; readonly error?: boolean; readonly payload?: unknown };

const template = (batchSize: number, windowSeconds: number) => `
service: last-one
functions:
  settleOrders:
    events:
      - msk:
          arn: !Ref Cluster
          topic: orders
          batchSize: ${batchSize}
          maximumBatchingWindow: ${windowSeconds}
resources:
  extensions:
    SettleOrdersEventSourceMappingMSKClusterOrders:
      Properties:
        Topics: ["\${env:TOPIC_PREFIX, ''}orders"]
        FunctionResponseTypes: [ReportBatchItemFailures]
`;

/** A lambda port that answers as the test says. */
class FakePort {
  readonly invocations: Invocation[] = [];
  answer: (invocation: Invocation) => Answer | Promise<Answer> = () => ({});
  readonly #server: Server = createServer((request, response) => {
    void (async () => {
      const event = (await json(request)) as MSKEvent;
      const invocation = { path: request.url ?? '', event };
      this.invocations.push(invocation);
      const { status = 200, error = false, payload = null } = await this.answer(invocation);
      response.writeHead(status, error ? { 'X-Amz-Function-Error': 'Unhandled' } : {});
      response.end(JSON.stringify(payload));
    })();
  });

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return String((this.#server.address() as AddressInfo).port);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  get records(): MSKRecord[] {
    return this.invocations.flatMap(({ event }) => Object.values(event.records).flat());
  }
}

let port: FakePort;
let bridge: Bridge | undefined;
let prefix: string;
let lambdaPort: string;

beforeEach(async () => {
  prefix = `bridge-${randomUUID()}-`;
  port = new FakePort();
  [lambdaPort] = await Promise.all([port.listen(), createTopics(kafka, prefix)]);
});
afterEach(async () => {
  await bridge?.stop();
  bridge = undefined;
  port.close();
});

async function open(batchSize = 10, windowSeconds = 0.1): Promise<Bridge> {
  const file = join(folder, `${prefix}serverless.yml`);
  await writeFile(file, template(batchSize, windowSeconds));
  bridge = await openBridge({
    env: { KAFKA_BROKERS: brokers, LAMBDA_PORT: lambdaPort, TOPIC_PREFIX: prefix, STAGE: 'local' },
    logFile: join(folder, `${prefix}bridge.log`),
    template: file,
  });
  if (bridge === undefined) throw new Error('the template wants no bridge');
  await bridge.ready();
  return bridge;
}

/** Numbered records, `count` for each key, in turn. */
async function send(keys: readonly string[], count: number, from = 0): Promise<void> {
  const messages = Array.from({ length: count }, (_, i) =>
    keys.map((key) => ({ key, value: `${key}:${from + i}` })),
  ).flat();
  await producer.send({ topic: `${prefix}orders`, acks: -1, messages });
}

const valueOf = ({ value }: MSKRecord): string => Buffer.from(value, 'base64').toString();
const committed = async (): Promise<number> => {
  const groupId = `${prefix}orders.settleOrders`;
  const [topic] = await admin.fetchOffsets({ groupId, topics: [`${prefix}orders`] });
  return (topic?.partitions ?? [])
    .map(({ offset }) => Math.max(0, Number(offset)))
    .reduce((sum, offset) => sum + offset, 0);
};

async function until(what: () => boolean | Promise<boolean>, msMax = 20_000): Promise<void> {
  const endMs = Date.now() + msMax;
  while (!(await what())) {
    if (Date.now() > endMs) {
      const log = await readFile(join(folder, `${prefix}bridge.log`), 'utf8');
      throw new Error(`It did not happen in time. The bridge says:\n${log}`);
    }
    await sleep(20);
  }
}

/** Each key's values by their first delivery. */
function firstDeliveries(): Record<string, string[]> {
  const seen = new Set<string>();
  const byKey: Record<string, string[]> = {};
  for (const record of port.records) {
    const value = valueOf(record);
    if (seen.has(value)) continue;
    seen.add(value);
    (byKey[value.split(':')[0] ?? ''] ??= []).push(value);
  }
  return byKey;
}

const expected = (keys: readonly string[], count: number) =>
  Object.fromEntries(
    keys.map((key) => [key, Array.from({ length: count }, (_, i) => `${key}:${i}`)]),
  );
const KEYS = ['tee', 'mug', 'poster', 'cap', 'sock', 'bag'];

describe('the bridge', () => {
  test('hands over every record once, in the order of its key, and commits it', async () => {
    await open();
    await send(KEYS, 50);
    await until(async () => (await committed()) === 300);
    expect(port.records).toHaveLength(300);
    expect(firstDeliveries()).toEqual(expected(KEYS, 50));
    expect(port.invocations.every(({ event }) => Object.keys(event.records).length > 0)).toBe(true);
    expect(new Set(port.invocations.map(({ path }) => path))).toEqual(
      new Set(['/2015-03-31/functions/last-one-local-settleOrders/invocations']),
    );
  });

  test('gives records Lambda’s shape, also without key and value', async () => {
    await producer.connect();
    await open(10, 1);
    const topic = `${prefix}orders`;
    const headers = { trace: Buffer.from([1, 128, 255]), many: ['a', 'b'] };
    await producer.send({
      topic,
      acks: -1,
      messages: [
        { key: 'tee', value: 'é', headers, partition: 1, timestamp: '1700000000000' },
        { key: null, value: null, partition: 1, timestamp: '1700000000001' },
        { key: 'mug', value: '{}', partition: 2, timestamp: '1700000000002' },
      ],
    });
    await until(() => port.invocations.length > 0);
    const common = { topic, timestampType: 'CREATE_TIME', headers: [] };
    expect(port.invocations[0]?.event).toEqual({
      eventSource: 'aws:kafka',
      eventSourceArn: expect.stringMatching(/^arn:aws:kafka:/),
      bootstrapServers: brokers,
      records: {
        [`${topic}-1`]: [
          {
            ...{ ...common, partition: 1, offset: 0, timestamp: 1_700_000_000_000 },
            ...{ key: 'dGVl', value: 'w6k=' },
            headers: [{ trace: [1, -128, -1] }, { many: [97] }, { many: [98] }],
          },
          { ...common, partition: 1, offset: 1, timestamp: 1_700_000_000_001 },
        ],
        [`${topic}-2`]: [
          {
            ...{ ...common, partition: 2, offset: 0, timestamp: 1_700_000_000_002 },
            ...{ key: 'bXVn', value: 'e30=' },
          },
        ],
      },
    });
  });

  test('killed in mid-batch, begins again from what was done: nothing is lost or out of order', async () => {
    await send(KEYS, 40);
    const held = Promise.withResolvers<Answer>();
    // The third invocation, and what comes while it stands, is never answered.
    port.answer = () => (port.invocations.length < 3 ? {} : held.promise);
    const { pid } = await open();
    await until(() => port.invocations.length >= 3);
    const before = port.records.length;
    process.kill(pid, 'SIGKILL');
    port.answer = () => ({});
    await until(async () => (await committed()) === 240);
    held.resolve({});
    expect(firstDeliveries()).toEqual(expected(KEYS, 40));
    expect(bridge?.pid).not.toBe(pid);
    // What was out comes again, and not much else.
    expect(port.records.length).toBeGreaterThan(240);
    expect(port.records.length).toBeLessThanOrEqual(240 + before);
  });

  test('frozen past its session, it resumes as a member, and nothing is lost', async () => {
    const { pid } = await open();
    await send(KEYS, 5);
    await until(async () => (await committed()) === 30);
    process.kill(pid, 'SIGSTOP');
    await send(KEYS, 5, 5);
    await sleep(8_000);
    process.kill(pid, 'SIGCONT');
    await until(async () => (await committed()) === 60);
    expect(firstDeliveries()).toEqual(expected(KEYS, 10));
    expect(bridge?.pid).toBe(pid);
  });

  test('repeats a batch that throws or is reported, and commits only what is done', async () => {
    let reports = 0;
    let away = true;
    port.answer = ({ event }) => {
      if (away) return { error: true, payload: { errorMessage: 'no database' } };
      reports += 1;
      if (reports > 4) return {};
      const batchItemFailures = Object.entries(event.records).map(([partition, records]) => ({
        itemIdentifier: { partition, offset: records[Math.floor(records.length / 2)]?.offset },
      }));
      return { payload: { batchItemFailures } };
    };
    await open();
    await send(KEYS, 20);
    await until(() => port.invocations.length >= 4);
    expect(await committed()).toBe(0);
    away = false;
    await until(async () => (await committed()) === 120);
    expect(firstDeliveries()).toEqual(expected(KEYS, 20));
  });

  test('stopped, it waits for what is out, and commits it', async () => {
    await send(['tee'], 1);
    const held = Promise.withResolvers<Answer>();
    port.answer = () => held.promise;
    const opened = await open();
    await until(() => port.invocations.length === 1);
    const stopping = opened.stop();
    await sleep(300);
    held.resolve({});
    await stopping;
    expect(await committed()).toBe(1);
  });

  test('reads a long partition without holding back the others, and to its end', async () => {
    port.answer = async () => {
      await sleep(2);
      return {};
    };
    await send(['tee'], 5_000);
    await open(100);
    await until(() => port.invocations.length > 3);
    const sentMs = Date.now();
    await send(['mug', 'poster', 'cap'], 1);
    await until(() =>
      ['mug:0', 'poster:0', 'cap:0'].every((v) => port.records.map(valueOf).includes(v)),
    );
    expect(Date.now() - sentMs).toBeLessThan(2_000);
    await until(async () => (await committed()) === 5_003);
    expect(firstDeliveries()['tee']).toEqual(expected(['tee'], 5_000)['tee']);
  });
});

test('topics are made once, with room for records that wait', async () => {
  await createTopics(kafka, prefix);
  const { topics } = await admin.fetchTopicMetadata({
    topics: [`${prefix}orders`, `${prefix}order-events`],
  });
  expect(topics.map(({ partitions }) => partitions.length)).toEqual([3, 3]);
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: `${prefix}orders` }],
  });
  const config = Object.fromEntries(
    (resources[0]?.configEntries ?? []).map(({ configName, configValue }) => [
      configName,
      configValue,
    ]),
  );
  expect(config).toMatchObject({ 'retention.ms': '-1', 'max.message.bytes': '262144' });
});
