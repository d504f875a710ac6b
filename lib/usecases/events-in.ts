import type { OrderEvent } from '../domain/order-event.ts';
import type { Poison } from '../domain/poison.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import type { Batch } from './batch.ts';

/** A record of the topic of order events, as far as it could be read. */
export interface EventRecord<Place> {
  readonly place: Place;
  readonly content: { readonly kind: 'event'; readonly event: OrderEvent } | Poison;
  /** The record whole, for when it is given up. */
  readonly letter: (why: Poison) => DeadLetter;
}

/** An event at its place. */
export interface PlacedEvent<Place> {
  readonly place: Place;
  readonly event: OrderEvent;
}

/**
 * The events in a batch; what is none is given up. Each reader of the topic meets it and gives it up,
 * under the same id, so it is one dead letter, and replaying that is for all of them.
 */
export async function eventsIn<Place>(
  records: readonly EventRecord<Place>[],
  batch: Batch<Place>,
): Promise<readonly PlacedEvent<Place>[]> {
  const events: PlacedEvent<Place>[] = [];
  for (const { place, content, letter } of records) {
    if (content.kind === 'event') events.push({ place, event: content.event });
    else await batch.failing([place], () => batch.giveUp(letter, content));
  }
  return events;
}
