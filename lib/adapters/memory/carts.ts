import { cartOf, dueIn, type CartItem } from '../../domain/cart.ts';
import type { Sku, UserId } from '../../domain/ids.ts';
import { CART_ITEMS_MAX } from '../../domain/limits.ts';
import type { Carts } from '../../ports/carts.ts';
import type { MemoryTables } from './shop.ts';

export const memoryCarts = ({ carts }: MemoryTables): Carts => {
  const itemsOf = (userId: UserId) => carts.get(userId) ?? new Map<Sku, CartItem>();
  return {
    find: async (userIds) =>
      new Map(
        userIds.flatMap((userId) => {
          const items = carts.get(userId);
          return items === undefined ? [] : [[userId, cartOf(items.values())] as const];
        }),
      ),

    put: async (userId, { sku, quantity, putAtMs }) => {
      const items = itemsOf(userId);
      const found = items.get(sku);
      if (found === undefined && items.size >= CART_ITEMS_MAX) return { kind: 'full' };
      if (found !== undefined && found.putAtMs > putAtMs) {
        return { kind: 'overtaken', putAtMs: found.putAtMs };
      }
      const { addedAtMs = putAtMs } = found ?? {};
      carts.set(userId, items.set(sku, { sku, quantity, putAtMs, addedAtMs }));
      return { kind: 'put' };
    },

    remove: async (userId, cut) => {
      const items = itemsOf(userId);
      const cart = cartOf(items.values());
      if (dueIn(cart, cut).size < cut.size) return { kind: 'moved', cart };
      for (const sku of cut.keys()) items.delete(sku);
      return { kind: 'removed' };
    },
  };
};
