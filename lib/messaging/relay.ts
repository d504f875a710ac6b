import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { Patience } from '../domain/patience.ts';
import type { ConsumerEdge } from './consume.ts';

/** Lambda's answer for a batch of a table's changes: the first that failed, and so all behind it. */
export interface StreamResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export type Relay = (event: DynamoDBStreamEvent) => Promise<StreamResponse>;

/** What became of the changes of a batch; one that failed is named by its sequence number. */
export interface Relayed {
  readonly failed: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly errors: readonly unknown[];
}

/**
 * Makes a Lambda handler of an operation on changes of a table. The first change that failed comes
 * again with all behind it; what the operation throws fails the whole batch.
 */
export const relayOf =
  (
    edge: ConsumerEdge,
    consumer: string,
    operate: (changes: readonly DynamoDBRecord[], patience: Patience) => Promise<Relayed>,
  ): Relay =>
  ({ Records }) =>
    edge.metered(async (cost) => {
      const startedMs = edge.clock.nowMs();
      const { batchMsMax, callMsMax } = edge;
      const patience = new Patience(edge.clock, { deadlineMs: startedMs + batchMsMax, callMsMax });
      const relayed = await operate(Records, patience);
      const tookMs = edge.clock.nowMs() - startedMs;
      const from = relayed.failed.slice(0, 1);
      edge.tell({
        ...{ consumer, records: Records.length, failed: relayed.failed.length, from },
        ...{ counts: relayed.counts, errors: relayed.errors, tookMs, cost: cost() },
      });
      return { batchItemFailures: from.map((itemIdentifier) => ({ itemIdentifier })) };
    });
