import { Dispatcher } from '../../../localstack/bridge/dispatcher.ts';
import type { Invocation } from '../../../localstack/bridge/invocation.ts';
import type { KafkaRecord } from '../../../localstack/bridge/kafka-batch.ts';
import { FakeTime, settled } from './fake-time.ts';

/** One invocation: what came, as `partition:offset`, and how to end it. */
export interface Call {
  readonly records: readonly string[];
  readonly event: { readonly records: Readonly<Record<string, readonly KafkaRecord[]>> };
  readonly end: (invocation: Invocation) => Promise<void>;
}

export const returned = (answer: unknown = null): Invocation => ({ kind: 'returned', answer });
export const threw: Invocation = { kind: 'threw', error: 'Error: no database' };
export const unreached: Invocation = { kind: 'unreached', error: 'ECONNREFUSED' };
export const failedAt = (...places: readonly (readonly [string, number])[]): Invocation =>
  returned({
    batchItemFailures: places.map(([partition, offset]) => ({
      itemIdentifier: { partition, offset },
    })),
  });

const mappingDefault = { batchSize: 3, windowMs: 0, reportsFailures: true };

/** A dispatcher whose time and function are in the test's hands. */
export function kafkaStage(given: Partial<typeof mappingDefault> = {}) {
  const time = new FakeTime();
  const calls: Call[] = [];
  const done: string[] = [];
  const room: number[] = [];
  const dispatcher = new Dispatcher({
    mapping: { ...mappingDefault, ...given },
    envelope: { eventSourceArn: 'arn', bootstrapServers: 'here:9092' },
    invoke: (event) =>
      new Promise((resolve) => {
        const { records } = event as Call['event'];
        calls.push({
          event: event as Call['event'],
          records: Object.values(records)
            .flat()
            .map(({ partition, offset }) => `${partition}:${offset}`),
          end: async (invocation) => {
            resolve(invocation);
            await settled();
          },
        });
      }),
    clock: time,
    timer: time,
    onDone: (partition, nextOffset) => done.push(`${partition}:${nextOffset}`),
    onRoom: (partition) => room.push(partition),
  });
  return { dispatcher, time, calls, done, room };
}

/** Records of one partition with these offsets. */
export const records = (partition: number, ...offsets: number[]): KafkaRecord[] =>
  offsets.map((offset) => ({
    topic: 'orders',
    partition,
    offset,
    timestamp: 1_700_000_000_000 + offset,
    timestampType: 'CREATE_TIME',
    key: Buffer.from('tee').toString('base64'),
    value: Buffer.from(`${partition}:${offset}`).toString('base64'),
    headers: [],
  }));
