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
   * How many have to come again, and from where on. Alarms read the number; all of the places would make
   * a line that is longer than a log takes whole, and such a line is counted by none.
   */
  readonly failed: number;
  readonly from: readonly unknown[];
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
      const tookMs = edge.clock.nowMs() - startedMs;
      const batchItemFailures = firstOfEach(consumed.failed);
      edge.tell({
        ...{ consumer, records: records.length, failed: consumed.failed.length },
        from: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
        ...{ counts: consumed.counts, errors: consumed.errors, tookMs, cost: cost() },
      });
      return { batchItemFailures };
    });

function firstOfEach(failed: readonly FailedRecord[]): BatchResponse['batchItemFailures'] {
  const first = new Map<string, number>();
  for (const { topic, partition, offset } of failed) {
    const name = `${topic}-${partition}`;
    first.set(name, Math.min(offset, first.get(name) ?? Infinity));
  }
  return [...first].map(([partition, offset]) => ({ itemIdentifier: { partition, offset } }));
}
