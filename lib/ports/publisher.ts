/** What a record is made of: text stands for its bytes in UTF-8. */
export type RecordBytes = string | Uint8Array;

/** A record on its way into a topic. Those with the same key stay in their order. */
export interface Outgoing {
  /** Without one, any partition will do. */
  readonly key?: RecordBytes;
  /** `null` makes a tombstone. */
  readonly value: RecordBytes | null;
  /** A list stands for a header that is there more than once. */
  readonly headers?: Readonly<Record<string, RecordBytes | readonly RecordBytes[]>>;
}

/** Where a record stands for good: the number of its partition, and its offset there. */
export interface RecordPlace {
  readonly partition: number;
  readonly offset: number;
}

/** The way into Kafka. */
export interface Publisher {
  /**
   * Resolves once the broker has all of the records for good, with one place for each, in their
   * order. Throws `Unavailable` on an outage: some may be there, or may yet come, so whoever reads a
   * topic has to know a record that it met before.
   *
   * The place is one at which the record stands. If a reply was lost on the way, it stands further
   * ahead too.
   */
  publish(topic: string, records: readonly Outgoing[]): Promise<readonly RecordPlace[]>;
}
