import type { OrderEvent } from '../domain/order-event.ts';
import { type Patience, persist } from '../domain/patience.ts';
import type { Poison } from '../domain/poison.ts';
import { Unavailable } from '../domain/unavailable.ts';
import type { DeadLetter, DeadLetters } from '../ports/dead-letters.ts';
import type { OrderEvents } from '../ports/order-events.ts';

/** A change of the orders' table, as far as it could be read. */
export interface OrderChange<Place> {
  readonly place: Place;
  readonly content: { readonly kind: 'events'; readonly events: readonly OrderEvent[] } | Poison;
  /** The change whole, for when it is given up. */
  readonly letter: (why: Poison) => DeadLetter;
}

export interface RelayChangesDeps {
  readonly events: OrderEvents;
  readonly deadLetters: Pick<DeadLetters, 'keep'>;
}

/** What a batch of changes came to. */
export interface RelayedBatch<Place> {
  /** The first change that has to come again, and all behind it. */
  readonly failed: readonly Place[];
  /** How many events went out, of each type, and how many changes were given up. */
  readonly counts: Readonly<Record<string, number>>;
  readonly errors: readonly unknown[];
}

/** So many changes go out together; those behind wait until they are out for good. */
const CHUNK = 100;

/**
 * Tells the events of a batch of changes, in their order. What can't be read is given up at once and
 * the others go on; an outage gives nothing up: the batch ends there, and comes again from there.
 */
export async function relayChanges<Place>(
  { events, deadLetters }: RelayChangesDeps,
  changes: readonly OrderChange<Place>[],
  patience: Patience,
): Promise<RelayedBatch<Place>> {
  const counts: Record<string, number> = {};
  const count = (kind: string) => (counts[kind] = (counts[kind] ?? 0) + 1);

  const giveUp = async ({ letter }: OrderChange<Place>, why: Poison): Promise<void> => {
    const { kind } = await persist(() => deadLetters.keep(letter(why)), patience);
    if (kind === 'contended') throw new Unavailable('dynamodb', 'none');
    count('poison');
  };

  for (let start = 0; start < changes.length; start += CHUNK) {
    const chunk = changes.slice(start, start + CHUNK);
    // What fails is named by the first change that may not be out.
    let reached = chunk[0];
    try {
      const told = chunk.flatMap(({ content }) =>
        content.kind === 'events' ? content.events : [],
      );
      await events.publish(told);
      for (const { type } of told) count(type);
      for (const change of chunk) {
        reached = change;
        if (change.content.kind === 'poison') await giveUp(change, change.content);
      }
    } catch (error) {
      return { failed: reached === undefined ? [] : [reached.place], counts, errors: [error] };
    }
  }
  return { failed: [], counts, errors: [] };
}
