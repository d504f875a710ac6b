import type { MSKEvent, MSKRecord } from 'aws-lambda';

/** A record as it came out of Kafka. */
export interface ConsumedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key?: Uint8Array;
  /** A tombstone has none. */
  readonly value?: Uint8Array;
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array }[];
}

/** All records of an event, each partition's in its order. */
export const recordsIn = ({ records }: MSKEvent): ConsumedRecord[] =>
  Object.values(records).flatMap((batch) => batch.map(consumed));

const consumed = (record: MSKRecord): ConsumedRecord => {
  const { topic, partition, offset } = record;
  // Whatever the type says, either may be missing.
  const { key, value, headers } = record as Partial<MSKRecord>;
  return {
    ...{ topic, partition, offset },
    ...(key == null ? {} : { key: Buffer.from(key, 'base64') }),
    ...(value == null ? {} : { value: Buffer.from(value, 'base64') }),
    headers: (headers ?? []).flatMap((header) =>
      // Bytes come signed from some runtimes.
      Object.entries(header).map(([name, bytes]) => ({ name, value: Uint8Array.from(bytes) })),
    ),
  };
};
