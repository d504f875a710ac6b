import { holdKeyOf, holdKeysOf } from '../../domain/hold.ts';
import type { Orders } from '../../ports/orders.ts';
import type { MemoryTables } from './shop.ts';

export const memoryOrders = ({ orders, rejected, shelves }: MemoryTables): Orders => ({
  find: async (orderId) => orders.get(orderId),
  decision: async (orderId) => orders.get(orderId) ?? rejected.get(orderId),

  expiredHolds: async (skus, nowMs) => {
    const now = new Date(nowMs).toISOString();
    const keys = new Set(holdKeysOf(skus));
    const held = [...orders.values()]
      .map(({ order }) => order)
      .filter((order) => order.status === 'PENDING_PAYMENT' && keys.has(holdKeyOf(order)))
      .sort((a, b) => (a.expiresAt < b.expiresAt ? -1 : 1));
    const next = held.find(({ expiresAt }) => expiresAt > now);
    return {
      orders: held.filter(
        ({ expiresAt, lines }) => expiresAt <= now && lines.some(({ sku }) => skus.includes(sku)),
      ),
      complete: true,
      ...(next === undefined ? {} : { nextExpiresAt: next.expiresAt }),
    };
  },

  noteHoldsFrom: async (sku, from, to) => {
    const shelf = shelves.get(sku);
    if (shelf?.holdsExpireFrom === from) shelves.set(sku, { ...shelf, holdsExpireFrom: to });
  },
});
