import { z } from 'zod';
import type { Invocation } from './invocation.ts';

/**
 * What an invocation means for its batch: all is done; all of it again; or done but for what stands
 * from a place on, in each lane that is named.
 */
export type Verdict<Lane, Place> =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly why: string }
  | { readonly kind: 'partly'; readonly resumeAt: ReadonlyMap<Lane, Place> };

const done = { kind: 'done' } as const;
const again = (why: string) => ({ kind: 'again', why }) as const;

const kafkaIdentifier = z.object({ partition: z.string(), offset: z.number().int() });
const failures = <Identifier extends z.ZodType>(itemIdentifier: Identifier) =>
  z.array(z.object({ itemIdentifier }));
const kafkaFailures = failures(kafkaIdentifier);
const streamFailures = failures(z.string().min(1));

/**
 * Reads an answer as Lambda does: no answer, an empty one, and an absent, null or empty list are
 * success. A list with anything in it that is unknown or ill-formed makes all of the batch fail, since
 * what else it names can't be trusted.
 */
function namedIn<Named>(
  invocation: Invocation,
  reportsFailures: boolean,
  schema: z.ZodType<readonly { readonly itemIdentifier: Named }[]>,
): { readonly kind: 'named'; readonly identifiers: readonly Named[] } | Verdict<never, never> {
  switch (invocation.kind) {
    case 'threw':
    case 'unreached':
      return again(invocation.error);
    case 'returned': {
      const { answer } = invocation;
      if (!reportsFailures || answer === null || answer === undefined || answer === '') return done;
      if (typeof answer !== 'object') return again('the answer is no object');
      const list: unknown = 'batchItemFailures' in answer ? answer.batchItemFailures : undefined;
      if (list === undefined || list === null) return done;
      const parsed = schema.safeParse(list);
      if (!parsed.success) return again('batchItemFailures is ill-formed');
      if (parsed.data.length === 0) return done;
      return { kind: 'named', identifiers: parsed.data.map((item) => item.itemIdentifier) };
    }
  }
}

/** Of a Kafka batch, given the offsets in it by `topic-partition`. The lowest one named counts. */
export function kafkaVerdict(
  invocation: Invocation,
  reportsFailures: boolean,
  offsetsOf: (partition: string) => readonly number[] | undefined,
): Verdict<string, number> {
  const named = namedIn(invocation, reportsFailures, kafkaFailures);
  if (named.kind !== 'named') return named;
  const resumeAt = new Map<string, number>();
  for (const { partition, offset } of named.identifiers) {
    if (!offsetsOf(partition)?.includes(offset)) {
      return again(`batchItemFailures names ${partition} ${offset}, which is not in the batch`);
    }
    resumeAt.set(partition, Math.min(offset, resumeAt.get(partition) ?? offset));
  }
  return { kind: 'partly', resumeAt };
}

/** Of a shard's batch, given its sequence numbers: the place is the first failed record's index. */
export function streamVerdict(
  invocation: Invocation,
  reportsFailures: boolean,
  sequenceNumbers: readonly string[],
): { readonly kind: 'done' } | { kind: 'again'; why: string } | { kind: 'from'; index: number } {
  const named = namedIn(invocation, reportsFailures, streamFailures);
  if (named.kind === 'partly') throw new Error('no lanes in a shard');
  if (named.kind !== 'named') return named;
  const indices = named.identifiers.map((identifier) => sequenceNumbers.indexOf(identifier));
  if (indices.includes(-1)) return again('batchItemFailures names a record not in the batch');
  return { kind: 'from', index: Math.min(...indices) };
}
