import type { AdjustOutcome, Adjustment } from '../domain/adjustment.ts';
import type { GroupPlan, Known } from '../domain/group.ts';
import type { OrderId, Sku } from '../domain/ids.ts';
import type { HeldOrder } from '../domain/order.ts';
import type { Guard, PlaceOutcome, Placement, Shelf } from '../domain/placement.ts';

/** One group of holds was ended, or some had already ended and nothing was done. */
export type ReleaseOutcome =
  | { readonly kind: 'released' }
  | { readonly kind: 'ended'; readonly orderIds: readonly OrderId[] }
  | { readonly kind: 'contended' };

/** A plan was carried out, or is not right for the product as it is and nothing was done. */
export type GroupOutcome =
  | { readonly kind: 'carried-out' }
  | {
      readonly kind: 'moved';
      /** The product as it turned the plan away; undefined if it was not the product. */
      readonly shelf: Shelf | undefined;
      /** Orders of the plan that the store has already. */
      readonly known: Known;
    }
  | { readonly kind: 'contended' };

/**
 * The stock law. Stock changes through these verbs and no other way, each in one transaction or not
 * at all, each a single attempt: retrying is `persist`'s. All throw `Unavailable` on an outage.
 */
export interface Stock {
  /**
   * Takes every line's units and records the order, unless the order exists, a line is short, a
   * product is no longer at the version that the order was priced with, or the guard does not hold.
   */
  place(placement: Placement, guard?: Guard): Promise<PlaceOutcome>;

  /** The product as the next plan should see it: a strong read. */
  shelf(sku: Sku): Promise<Shelf | undefined>;

  /**
   * Carries out what was planned for a group: takes the sum of the accepted orders' units and records
   * them, if the stock is between the plan's bounds, so that its refusals are as true as its
   * acceptances, and if no order of the plan exists.
   */
  placeMany(plan: GroupPlan): Promise<GroupOutcome>;

  /**
   * Ends the holds of orders that expired before `nowMs` and gives all their units back. The orders
   * must fit one transaction (`releaseGroups`). Each is released once, however often it is tried.
   */
  releaseMany(orders: readonly HeldOrder[], nowMs: number): Promise<ReleaseOutcome>;

  /** Adds units, or takes them with a negative number, within 0 and `STOCK_MAX`. */
  adjust(adjustment: Adjustment): Promise<AdjustOutcome>;
}
