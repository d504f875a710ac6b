import type { DynamoDBRecord } from 'aws-lambda';
import type { Clock } from '../../lib/ports/clock.ts';
import { backOffMs } from './back-off.ts';
import type { StreamMapping } from './event-source.ts';
import type { Invoke } from './invocation.ts';
import type { Rests } from './rest.ts';
import { streamVerdict } from './verdict.ts';

export const sequenceNumberOf = ({ dynamodb }: DynamoDBRecord): string =>
  dynamodb?.SequenceNumber ?? '';

export interface ShardBatchOptions {
  readonly mapping: Pick<StreamMapping, 'reportsFailures' | 'bisects' | 'retriesMax'>;
  readonly invoke: Invoke;
  readonly clock: Pick<Clock, 'random'>;
  readonly rests: Rests;
  readonly stopped: () => boolean;
  /** All of the shard's records up to this one have been done, or given up. */
  readonly onDone: (sequenceNumber: string) => Promise<void>;
  /** Records that failed as often as they may: nobody hands them over again. */
  readonly onGivenUp: (records: readonly DynamoDBRecord[], why: string) => void;
  readonly log: (line: string) => void;
}

/** A stretch of a batch, and how often its invocation has failed. */
interface Stretch {
  readonly records: readonly DynamoDBRecord[];
  readonly failures: number;
}

/**
 * Hands a batch over until each of its records is done or given up, or until a stop. An invocation
 * that never came through is no attempt: it says nothing about the records.
 */
export async function handOver(
  batch: readonly DynamoDBRecord[],
  options: ShardBatchOptions,
): Promise<void> {
  const { invoke, clock, rests, stopped, log } = options;
  let stretches: Stretch[] = [{ records: batch, failures: 0 }];
  let unreached = 0;
  for (let next = stretches[0]; next !== undefined; next = stretches[0]) {
    if (stopped()) return;
    const { records } = next;
    const invocation = await invoke({ Records: records });
    if (invocation.kind === 'unreached') {
      unreached += 1;
      log(`again, since ${invocation.error}`);
      await rests.rest(backOffMs(unreached, clock.random()));
      continue;
    }
    unreached = 0;
    const numbers = records.map(sequenceNumberOf);
    const verdict = streamVerdict(invocation, options.mapping.reportsFailures, numbers);
    const done =
      verdict.kind === 'done' ? records.length : verdict.kind === 'from' ? verdict.index : 0;
    const last = numbers[done - 1];
    if (last !== undefined) await options.onDone(last);
    const why = verdict.kind === 'again' ? verdict.why : 'it was reported';
    const left = done < records.length ? await again(next, done, why, options) : [];
    stretches = [...left, ...stretches.slice(1)];
  }
}

/**
 * What is to be handed over again. Halving costs no attempt, so each record is alone before any is
 * given up; one that failed first after others were done has just had its own first attempt.
 */
async function again(
  { records, failures: before }: Stretch,
  done: number,
  why: string,
  { mapping, clock, rests, onDone, onGivenUp, log }: ShardBatchOptions,
): Promise<Stretch[]> {
  const left = records.slice(done);
  log(`from ${left.map(sequenceNumberOf)[0] ?? '-'}: again, since ${why}`);
  if (done === 0 && mapping.bisects && left.length > 1) {
    const middle = Math.ceil(left.length / 2);
    return [left.slice(0, middle), left.slice(middle)].map((records) => ({
      records,
      failures: before,
    }));
  }
  const failures = done === 0 ? before + 1 : 1;
  if (mapping.retriesMax >= 0 && failures > mapping.retriesMax) {
    onGivenUp(left, why);
    await onDone(left.map(sequenceNumberOf).at(-1) ?? '');
    return [];
  }
  await rests.rest(backOffMs(failures, clock.random()));
  return [{ records: left, failures }];
}
