import type { EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { systemClock, systemTimer } from '../../lib/runtime/clock.ts';
import { Commits } from './commits.ts';
import { Dispatcher } from './dispatcher.ts';
import type { KafkaMapping } from './event-source.ts';
import type { Invoke } from './invocation.ts';
import type { KafkaRecord } from './kafka-batch.ts';

export interface KafkaSourceOptions {
  readonly kafka: Kafka;
  readonly bootstrapServers: string;
  readonly mapping: KafkaMapping;
  readonly invoke: Invoke;
  readonly log: (line: string) => void;
  /** It reads no longer, and does not begin again by itself. */
  readonly onEnd: (error: Error) => void;
}

/** Something that is read until it is stopped. */
export interface Source {
  readonly stop: () => Promise<void>;
}

/** The least that brokers allow: so long a killed bridge's partitions stay with it. */
const SESSION_MS = 6_000;
const HEARTBEAT_MS = 1_500;
/** A partition that is taken up again has to wait for the fetch that went out without it. */
const FETCH_WAIT_MS_MAX = 250;

/**
 * Reads the mapping's topic as a member of the function's group; resolves once it is one.
 *
 * What is read goes to the dispatcher at once, so that heartbeats and other partitions never wait for
 * an invocation. KafkaJS's `resolveOffset` is here only the reading position: with `autoCommit` off,
 * nothing is committed but what the dispatcher tells to be done.
 */
export async function readKafka(options: KafkaSourceOptions): Promise<Source> {
  const { kafka, bootstrapServers, mapping, invoke, log, onEnd } = options;
  const { topic, functionName, startingPosition } = mapping;
  const consumer = kafka.consumer({
    groupId: `${topic}.${functionName}`,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS_MAX,
    allowAutoTopicCreation: false,
  });
  const commits = new Commits({
    commit: async (offsets) => {
      await consumer.commitOffsets(
        [...offsets].map(([partition, offset]) => ({ topic, partition, offset: String(offset) })),
      );
    },
    timer: systemTimer,
    log,
  });
  const dispatcher = new Dispatcher({
    mapping,
    envelope: { eventSourceArn: `arn:aws:kafka:local:0:cluster/${topic}`, bootstrapServers },
    invoke,
    clock: systemClock,
    timer: systemTimer,
    onDone: (partition, nextOffset) => {
      commits.add(partition, nextOffset);
    },
    onRoom: (partition) => {
      consumer.resume([{ topic, partitions: [partition] }]);
    },
    log,
  });
  const joined = new Promise<void>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      // A join reads again from what is committed, but keeps what was paused.
      dispatcher.rewind();
      commits.clear();
      consumer.resume([{ topic }]);
      log(`${functionName}: reads ${JSON.stringify(payload.memberAssignment)}`);
      resolve();
    });
  });
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (!restart) onEnd(error);
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: startingPosition === 'TRIM_HORIZON' });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    eachBatch: async (payload: EachBatchPayload) => {
      const { partition, messages } = payload.batch;
      const records = messages.map((message) => recordOf(topic, partition, message));
      if (dispatcher.take(partition, records)) payload.pause();
      payload.resolveOffset(payload.batch.lastOffset());
      await payload.heartbeat();
    },
  });
  await joined;
  return {
    stop: async () => {
      await dispatcher.stop();
      await commits.flush();
      await consumer.disconnect();
    },
  };
}

function recordOf(topic: string, partition: number, message: KafkaMessage): KafkaRecord {
  const { key, value, offset, timestamp, headers = {} } = message;
  return {
    topic,
    partition,
    offset: Number(offset),
    timestamp: Number(timestamp),
    timestampType: 'CREATE_TIME',
    ...(key === null ? {} : { key: key.toString('base64') }),
    ...(value === null ? {} : { value: value.toString('base64') }),
    headers: Object.entries(headers).flatMap(([name, given]) =>
      [given].flat().map((bytes) => ({ [name]: signed(bytes) })),
    ),
  };
}

/** Java's bytes are signed, and Lambda's pollers are written in it. */
const signed = (bytes: string | Buffer | undefined): number[] => [
  ...new Int8Array(Buffer.from(bytes ?? '')),
];
