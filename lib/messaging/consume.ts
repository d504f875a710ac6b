import type { MSKEvent } from 'aws-lambda';
import { Patience } from '../domain/patience.ts';
import type { Clock } from '../ports/clock.ts';
import type { Cost } from '../ports/cost.ts';
import { type ConsumedRecord, recordsIn } from './consumed-record.ts';

/** What every consumer needs of the outside. */
export interface ConsumerEdge {
  readonly clock: Clock;
  /** How long a batch may take, and how long one call of it. */
  readonly batchMsMax: number;
  readonly callMsMax: number;
  readonly metered: <T>(work: (cost: () => Cost) => Promise<T>) => Promise<T>;
  readonly tell: (batch: ToldBatch) => void;
}

/** One line of the log for each batch. */
export interface ToldBatch {
  readonly consumer: string;
  readonly records: number;
  /**
   * What has to come again: records by their place, changes by their sequence number. Nothing of what
   * is in them: a line of the log that holds a batch is too long to be counted as a metric.
   */
  readonly failed: readonly (FailedRecord | string)[];
  readonly counts: Readonly<Record<string, number>>;
  readonly errors: readonly unknown[];
  readonly tookMs: number;
  readonly cost: Cost;
}

/** A record that has to come again, and all behind it in its partition. */
export type FailedRecord = Pick<ConsumedRecord, 'topic' | 'partition' | 'offset'>;

export interface Consumed {
  readonly failed: readonly FailedRecord[];
  readonly counts: Readonly<Record<string, number>>;
  readonly errors: readonly unknown[];
}

/** Lambda's answer for a batch of Kafka records of which some failed (`ReportBatchItemFailures`). */
export interface BatchResponse {
  readonly batchItemFailures: readonly {
    /** `partition` is written `topic-number`, as in the event. */
    readonly itemIdentifier: { readonly partition: string; readonly offset: number };
  }[];
}

export type Consumer = (event: MSKEvent) => Promise<BatchResponse>;

/**
 * Makes a Lambda handler of an operation on a batch. What fails is named by the first offset of its
 * partition, and comes again from there; what the operation throws fails the whole batch.
 */
export const consumerOf =
  (
    edge: ConsumerEdge,
    consumer: string,
    operate: (records: readonly ConsumedRecord[], patience: Patience) => Promise<Consumed>,
  ): Consumer =>
  (event) =>
    edge.metered(async (cost) => {
      const startedMs = edge.clock.nowMs();
      const { batchMsMax, callMsMax } = edge;
      const patience = new Patience(edge.clock, { deadlineMs: startedMs + batchMsMax, callMsMax });
      const records = recordsIn(event);
      const consumed = await operate(records, patience);
      const failed = consumed.failed.map(placeOf);
      const tookMs = edge.clock.nowMs() - startedMs;
      edge.tell({ consumer, records: records.length, ...consumed, failed, tookMs, cost: cost() });
      return { batchItemFailures: firstOfEach(failed) };
    });

const placeOf = ({ topic, partition, offset }: FailedRecord): FailedRecord => {
  return { topic, partition, offset };
};

function firstOfEach(failed: readonly FailedRecord[]): BatchResponse['batchItemFailures'] {
  const first = new Map<string, number>();
  for (const { topic, partition, offset } of failed) {
    const name = `${topic}-${partition}`;
    first.set(name, Math.min(offset, first.get(name) ?? Infinity));
  }
  return [...first].map(([partition, offset]) => ({ itemIdentifier: { partition, offset } }));
}
