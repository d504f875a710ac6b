import { isDeadLetterId } from '../domain/ids.ts';
import { type Patience, persist, persistRead } from '../domain/patience.ts';
import { type DeadLetter, type DeadLetters, NO_PARTITION } from '../ports/dead-letters.ts';
import type { Outgoing, Publisher, RecordPlace } from '../ports/publisher.ts';

export type ReplayOutcome =
  | {
      readonly kind: 'replayed';
      readonly letter: DeadLetter;
      readonly place: RecordPlace;
      readonly replayedAt: string;
    }
  | { readonly kind: 'unknown' };

/**
 * Publishes a record again, as it was, to the topic that it came from, and notes when. Twice is no
 * harm: whoever reads the topic knows records that they met, and what is still poison is given up
 * under the id of its new place.
 */
export async function replayDeadLetter(
  {
    deadLetters,
    publisher,
  }: {
    readonly deadLetters: Pick<DeadLetters, 'find' | 'noteReplayed'>;
    readonly publisher: Publisher;
  },
  deadLetterId: string,
  patience: Patience,
): Promise<ReplayOutcome> {
  if (!isDeadLetterId(deadLetterId)) return { kind: 'unknown' };
  const letter = await persistRead(() => deadLetters.find(deadLetterId), patience);
  // What never was a record is mended where it came from.
  if (letter === undefined || letter.partition === NO_PARTITION) return { kind: 'unknown' };
  // The publisher tries again by itself.
  const [place] = await publisher.publish(letter.topic, [outgoing(letter)]);
  if (place === undefined) throw new Error('the record was published nowhere');
  const replayedAt = new Date(patience.nowMs()).toISOString();
  await persist(async () => {
    const noted = await deadLetters.noteReplayed(deadLetterId, replayedAt);
    // The record is out: "nothing happened" would be a lie.
    return noted.kind === 'noted' ? noted : { ...noted, unfinished: true as const };
  }, patience);
  return { kind: 'replayed', letter, place, replayedAt };
}

function outgoing({ key, value, headers }: DeadLetter): Outgoing {
  const byName = Map.groupBy(headers, ({ name }) => name);
  return {
    ...(key === undefined ? {} : { key }),
    value: value ?? null,
    headers: Object.fromEntries(
      [...byName].map(([name, some]) => [name, some.map((one) => one.value)]),
    ),
  };
}
