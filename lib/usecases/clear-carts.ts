import { type Cart, type Cut, cutBy, dueIn, joinedCut } from '../domain/cart.ts';
import type { UserId } from '../domain/ids.ts';
import { type Patience, persist, persistRead } from '../domain/patience.ts';
import { Unavailable } from '../domain/unavailable.ts';
import { type Carts, CARTS_AT_ONCE_MAX } from '../ports/carts.ts';
import type { DeadLetters } from '../ports/dead-letters.ts';
import { Batch, type BatchReport } from './batch.ts';
import { type EventRecord, eventsIn } from './events-in.ts';

export interface ClearCartsDeps {
  readonly carts: Pick<Carts, 'find' | 'remove'>;
  readonly deadLetters: Pick<DeadLetters, 'keep'>;
}

/** What some orders of one user take out of the cart, and where their events stand. */
interface Clearing<Place> {
  readonly userId: UserId;
  readonly cut: Cut;
  readonly places: readonly Place[];
}

/**
 * Takes what was ordered out of the carts: all that a batch means for a user in one write, and for most
 * users none, since they ordered without a cart. An event that comes again, days later too, finds
 * nothing but what was put since, and leaves that.
 */
export async function clearCarts<Place>(
  deps: ClearCartsDeps,
  records: readonly EventRecord<Place>[],
  patience: Patience,
): Promise<BatchReport<Place>> {
  const batch = new Batch<Place>(deps.deadLetters, patience);
  const ordered: (Omit<Clearing<Place>, 'places'> & { readonly place: Place })[] = [];
  for (const { place, event } of await eventsIn(records, batch)) {
    const cut = cutBy(event);
    if (cut === undefined) batch.count('ignored');
    else ordered.push({ userId: event.userId, cut, place });
  }
  const clearings = [...Map.groupBy(ordered, ({ userId }) => userId)].map(([userId, some]) => ({
    userId,
    cut: joinedCut(some.map(({ cut }) => cut)),
    places: some.map(({ place }) => place),
  }));
  // As many at a time as are found at once: that also bounds how many are written side by side.
  for (let start = 0; start < clearings.length; start += CARTS_AT_ONCE_MAX) {
    await clearSome(deps, clearings.slice(start, start + CARTS_AT_ONCE_MAX), batch, patience);
  }
  return batch;
}

async function clearSome<Place>(
  { carts }: ClearCartsDeps,
  clearings: readonly Clearing<Place>[],
  batch: Batch<Place>,
  patience: Patience,
): Promise<void> {
  const users = clearings.map(({ userId }) => userId);
  const places = clearings.flatMap((clearing) => clearing.places);
  await batch.failing(places, async () => {
    const found = await persistRead(() => carts.find(users), patience);
    const cleared = clearings.map((clearing) =>
      batch.failing(clearing.places, async () => {
        const isCut = await clear(carts, clearing, found.get(clearing.userId) ?? [], patience);
        batch.count(isCut ? 'cleared' : 'untouched', clearing.places.length);
      }),
    );
    await Promise.all(cleared);
  });
}

/** False if there was nothing to remove. */
async function clear(
  carts: Pick<Carts, 'remove'>,
  { userId, cut }: Pick<Clearing<never>, 'userId' | 'cut'>,
  cart: Cart,
  patience: Patience,
): Promise<boolean> {
  let due = dueIn(cart, cut);
  if (due.size === 0) return false;
  const { kind } = await persist(async () => {
    const outcome = await carts.remove(userId, due);
    if (outcome.kind !== 'moved') return outcome;
    // Its owner was there in between.
    due = dueIn(outcome.cart, cut);
    return { kind: due.size === 0 ? ('removed' as const) : ('contended' as const) };
  }, patience);
  if (kind === 'contended') throw new Unavailable('dynamodb', 'none');
  return true;
}
