import { isSku, type UserId } from '../domain/ids.ts';
import { type Patience, persist } from '../domain/patience.ts';
import type { Carts, RemoveOutcome } from '../ports/carts.ts';

/** Removes a product from the user's cart; one that is not in it, or unknown, is gone already. */
export async function removeCartItem(
  { carts }: { readonly carts: Pick<Carts, 'remove'> },
  userId: UserId,
  sku: string,
  patience: Patience,
): Promise<Exclude<RemoveOutcome, { kind: 'moved' }>> {
  if (!isSku(sku)) return { kind: 'removed' };
  // So that an attempt that is held up on its way does not remove what is put after it.
  let untilMs = patience.nowMs();
  return persist(async () => {
    const outcome = await carts.remove(userId, new Map([[sku, untilMs]]));
    if (outcome.kind !== 'moved') return outcome;
    const item = outcome.cart.find((one) => one.sku === sku);
    if (item === undefined) return { kind: 'removed' as const };
    untilMs = item.putAtMs;
    return { kind: 'contended' as const };
  }, patience);
}
