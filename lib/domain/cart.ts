import type { Sku } from './ids.ts';
import type { OrderEvent } from './order-event.ts';

/** So many units of a product that a user means to order; nothing is set aside for it. */
export interface CartItem {
  readonly sku: Sku;
  readonly quantity: number;
  /** When this quantity was chosen: an order takes out what was chosen before it, and no more. */
  readonly putAtMs: number;
  /** When the product came into the cart: its place in it, whatever becomes of the quantity. */
  readonly addedAtMs: number;
}

/** In the order in which the products came in. */
export type Cart = readonly CartItem[];

/** Which products leave a cart: each if its quantity was chosen no later than this moment. */
export type Cut = ReadonlyMap<Sku, number>;

/** Items as a cart: those that came in at one moment in the order of their SKUs. */
export const cartOf = (items: Iterable<CartItem>): Cart =>
  [...items].sort((a, b) => a.addedAtMs - b.addedAtMs || (a.sku < b.sku ? -1 : 1));

/** What of a cut a cart has to lose: doing it again, or late, finds nothing that was put since. */
export const dueIn = (cart: Cart, cut: Cut): Cut =>
  new Map(
    cart.flatMap(({ sku, putAtMs }) => {
      const untilMs = cut.get(sku);
      return untilMs !== undefined && putAtMs <= untilMs ? [[sku, untilMs] as const] : [];
    }),
  );

/**
 * What an event takes out of its user's cart: nothing, unless an order was placed. One that waited for
 * its turn was created when it was decided, and what its customer put meanwhile was put after it.
 */
export function cutBy(event: OrderEvent): Cut | undefined {
  if (event.type !== 'order.placed') return undefined;
  const orderedAtMs = Date.parse(event.queuedAt ?? event.createdAt);
  return new Map(event.lines.map(({ sku }) => [sku, orderedAtMs]));
}

/** All that some orders of one user take out of the cart. */
export function joinedCut(cuts: readonly Cut[]): Cut {
  const joined = new Map<Sku, number>();
  for (const [sku, untilMs] of cuts.flatMap((cut) => [...cut])) {
    joined.set(sku, Math.max(untilMs, joined.get(sku) ?? -Infinity));
  }
  return joined;
}
