import { isSku, type UserId } from '../domain/ids.ts';
import { type Patience, persist } from '../domain/patience.ts';
import type { Carts, PutOutcome } from '../ports/carts.ts';
import { offersOf, type OffersOfDeps } from './offers-of.ts';

export interface PutCartItem {
  readonly userId: UserId;
  readonly sku: string;
  readonly quantity: number;
}

export type PutCartItemOutcome =
  | Exclude<PutOutcome, { kind: 'overtaken' }>
  /** There is no such product. */
  | { readonly kind: 'unknown' };

/** Puts so many units of a product into the user's cart, in place of those that may be there. */
export async function putCartItem(
  deps: OffersOfDeps & { readonly carts: Pick<Carts, 'put'> },
  { userId, sku, quantity }: PutCartItem,
  patience: Patience,
): Promise<PutCartItemOutcome> {
  if (!isSku(sku)) return { kind: 'unknown' };
  if (!(await offersOf(deps, [sku], patience)).has(sku)) return { kind: 'unknown' };
  let putAtMs = patience.nowMs();
  return persist(
    async () => {
      const outcome = await deps.carts.put(userId, { sku, quantity, putAtMs });
      if (outcome.kind !== 'overtaken') return outcome;
      // Chosen before this attempt, by a clock that is ahead of ours or at the same time: whoever comes
      // last has the last word.
      putAtMs = outcome.putAtMs + 1;
      return { kind: 'contended' as const };
    },
    patience,
    ['full'],
  );
}
