import type { Cart, CartItem, Cut } from '../domain/cart.ts';
import type { UserId } from '../domain/ids.ts';

export type PutOutcome =
  | { readonly kind: 'put' }
  /** The product is not in the cart, and it holds as many as it may. */
  | { readonly kind: 'full' }
  /** A later choice of this product's quantity is in, made at this moment; nothing changed. */
  | { readonly kind: 'overtaken'; readonly putAtMs: number }
  | { readonly kind: 'contended' };

export type RemoveOutcome =
  | { readonly kind: 'removed' }
  /** Not all of it is there, or not of that age; nothing was removed, and this is what is there. */
  | { readonly kind: 'moved'; readonly cart: Cart }
  | { readonly kind: 'contended' };

/** As many carts as can be found at once. */
export const CARTS_AT_ONCE_MAX = 100;

/** What users mean to order. All throw `Unavailable` on an outage. */
export interface Carts {
  /** Sees every acknowledged change. Whoever never put anything is left out. */
  find(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, Cart>>;
  /**
   * Puts an item, or changes its quantity, unless a later choice is in: an attempt that was held up on
   * its way must not undo what was chosen since.
   */
  put(userId: UserId, item: Pick<CartItem, 'sku' | 'quantity' | 'putAtMs'>): Promise<PutOutcome>;
  /** Removes all of a cut at once, which must not be empty. */
  remove(userId: UserId, cut: Cut): Promise<RemoveOutcome>;
}
