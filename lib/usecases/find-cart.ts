import type { Cart } from '../domain/cart.ts';
import type { UserId } from '../domain/ids.ts';
import { type Patience, persistRead } from '../domain/patience.ts';
import type { Carts } from '../ports/carts.ts';

/** What the user means to order; nothing, for a user who is new. */
export async function findCart(
  { carts }: { readonly carts: Pick<Carts, 'find'> },
  userId: UserId,
  patience: Patience,
): Promise<Cart> {
  const found = await persistRead(() => carts.find([userId]), patience);
  return found.get(userId) ?? [];
}
