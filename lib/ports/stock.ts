import type { AdjustOutcome, Adjustment } from '../domain/adjustment.ts';
import type { OrderId } from '../domain/ids.ts';
import type { HeldOrder } from '../domain/order.ts';
import type { PlaceOutcome, Placement } from '../domain/placement.ts';

/** One group of holds was ended, or some had already ended and nothing was done. */
export type ReleaseOutcome =
  | { readonly kind: 'released' }
  | { readonly kind: 'ended'; readonly orderIds: readonly OrderId[] }
  | { readonly kind: 'contended' };

/**
 * The stock law. Stock changes through these verbs and no other way, each in one transaction or not
 * at all, each a single attempt: retrying is `persist`'s. All throw `Unavailable` on an outage.
 */
export interface Stock {
  /**
   * Takes every line's units and records the order, unless the order exists, a line is short, or a
   * product is no longer at the version that the order was priced with.
   */
  place(placement: Placement): Promise<PlaceOutcome>;

  /**
   * Ends the holds of orders that expired before `nowMs` and gives all their units back. The orders
   * must fit one transaction (`releaseGroups`). Each is released once, however often it is tried.
   */
  releaseMany(orders: readonly HeldOrder[], nowMs: number): Promise<ReleaseOutcome>;

  /** Adds units, or takes them with a negative number, within 0 and `STOCK_MAX`. */
  adjust(adjustment: Adjustment): Promise<AdjustOutcome>;
}
