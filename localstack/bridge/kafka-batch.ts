import type { MSKRecord } from 'aws-lambda';

/** A record as Lambda hands it over; a record without key, or a tombstone, lacks the field. */
export type KafkaRecord = Omit<MSKRecord, 'key' | 'value'> &
  Partial<Pick<MSKRecord, 'key' | 'value'>>;

/** A record that was read and is not done. */
export interface Held {
  readonly record: KafkaRecord;
  /** Its share of an event's size. */
  readonly bytes: number;
  readonly takenMs: number;
}

/** One partition, and what is held of it. */
export interface Lane {
  readonly partition: number;
  pending: Held[];
  /** An invocation with its records is out, or it rests after one that failed. */
  busy: boolean;
  /** In a row, the last ones without a record done. */
  failures: number;
  /** It was told to hold enough. */
  full: boolean;
  /** Grows with each reading anew; what was sent in an older term counts for nothing. */
  term: number;
}

export const newLane = (partition: number): Lane => {
  return { partition, pending: [], busy: false, failures: 0, full: false, term: 0 };
};

/** A lane's part of a batch. */
export interface Part {
  readonly lane: Lane;
  /** The lane's when the batch was cut. */
  readonly term: number;
  readonly held: Held[];
}

export type Batch = readonly Part[];

/** What the lambda port, like Lambda, takes at most in one event, less room for what is around. */
export const EVENT_BYTES_MAX = 6 * 1024 * 1024 - 4_096;

/** Whether a batch of these lanes is full, so that waiting would bring nothing. */
export function isFull(lanes: readonly Lane[], batchSize: number): boolean {
  let [records, bytes] = [0, 0];
  for (const { pending } of lanes) {
    records += pending.length;
    for (const held of pending) bytes += held.bytes;
  }
  return records >= batchSize || bytes >= EVENT_BYTES_MAX;
}

/**
 * Takes a batch off the lanes, a record of each in turn, so that a long partition leaves room for the
 * others. At least one record, however large.
 */
export function cut(lanes: readonly Lane[], batchSize: number): Batch {
  const parts = lanes.map((lane) => ({ lane, term: lane.term, held: [] as Held[] }));
  let open = parts;
  let [records, bytes] = [0, 0];
  while (open.length > 0 && records < batchSize) {
    open = open.filter(({ lane, held }) => {
      const next = lane.pending[held.length];
      if (next === undefined || records === batchSize) return false;
      if (records > 0 && bytes + next.bytes > EVENT_BYTES_MAX) return false;
      held.push(next);
      records += 1;
      bytes += next.bytes;
      return true;
    });
  }
  for (const { lane, held } of parts) lane.pending = lane.pending.slice(held.length);
  return parts.filter(({ held }) => held.length > 0);
}

/** The key of a partition's records in Lambda's event, and its name in the answer. */
export const keyOf = ({ lane, held }: Part): string =>
  `${held[0]?.record.topic ?? ''}-${lane.partition}`;

export interface Envelope {
  readonly eventSourceArn: string;
  readonly bootstrapServers: string;
}

/** The batch as the function sees it. */
export function eventOf(batch: Batch, envelope: Envelope): object {
  const records = batch.map((part) => [keyOf(part), part.held.map(({ record }) => record)]);
  return { eventSource: 'aws:kafka', ...envelope, records: Object.fromEntries(records) as object };
}
