/** A record on its way into a topic. Those with the same key stay in their order. */
export interface Outgoing {
  readonly key: string;
  readonly value: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
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
   */
  publish(topic: string, records: readonly Outgoing[]): Promise<readonly RecordPlace[]>;
}
