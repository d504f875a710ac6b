import type { OrderId, Sku, UserId } from '../domain/ids.ts';
import type { HeldOrder, Order } from '../domain/order.ts';
import type { KeptDecision } from '../domain/placement.ts';

/** An order with what only the shop knows of it. */
export interface StoredOrder extends KeptDecision {
  readonly userId: UserId;
  readonly order: Order;
}

/** An order that queued and was rejected: nobody's order, and only its ticket and its key tell of it. */
export interface RejectedOrder extends KeptDecision {
  readonly userId: UserId;
  readonly order?: never;
}

/** What a look into the holds of some products found. */
export interface ExpiredHolds {
  /**
   * Those with units of the products come first, oldest first. If there may be more, others follow
   * that stand before them in the index: releasing them makes way.
   */
  readonly orders: readonly HeldOrder[];
  /** Every expired hold on the products is among `orders`. */
  readonly complete: boolean;
  /** When the next visible hold ends, if there is one. */
  readonly nextExpiresAt?: string;
}

/** Reading orders. All throw `Unavailable` on an outage. */
export interface Orders {
  /** Sees every order that was acknowledged before; a rejected one is none. */
  find(orderId: OrderId): Promise<StoredOrder | undefined>;

  /** What stands under an order's id, rejected or not. */
  decision(orderId: OrderId): Promise<StoredOrder | RejectedOrder | undefined>;

  /** Unpaid orders past their end at `nowMs` that still hold units of these products. */
  expiredHolds(skus: readonly Sku[], nowMs: number): Promise<ExpiredHolds>;

  /**
   * Moves the mark from which the product's holds may end, if it still says `from`: forward, so that
   * later shortages need not look, or back, so that a shorter hold can be placed. A lost race
   * changes nothing.
   */
  noteHoldsFrom(sku: Sku, from: string, to: string): Promise<void>;
}
