/** Where reading starts while nothing is committed. */
export type StartingPosition = 'TRIM_HORIZON' | 'LATEST';

interface Mapping {
  /** As in serverless.yml, such as `settleOrders`. */
  readonly functionName: string;
  readonly batchSize: number;
  /** How long the first record of a batch waits for others. */
  readonly windowMs: number;
  readonly startingPosition: StartingPosition;
  /** ReportBatchItemFailures: the answer is read, and may name what failed. */
  readonly reportsFailures: boolean;
}

/** A function's `msk` event. A failed batch is tried again without end, as on AWS. */
export interface KafkaMapping extends Mapping {
  readonly kind: 'kafka';
  readonly topic: string;
}

/** A function's `stream` event on a table. */
export interface StreamMapping extends Mapping {
  readonly kind: 'stream';
  readonly table: string;
  /** Halves a failed batch, to find the record that fails. */
  readonly bisects: boolean;
  /** Retries after the first attempt, before the records are given up; -1: without end. */
  readonly retriesMax: number;
}

/** What the functions want to be invoked with, beside HTTP. */
export type EventSourceMapping = KafkaMapping | StreamMapping;
