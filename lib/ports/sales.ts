import type { Sku } from '../domain/ids.ts';
import type { KnownSales, SalesPlan } from '../domain/sale.ts';

/** The plan was carried out, or is not right for the phases as they are and nothing was done. */
export type CountOutcome =
  | { readonly kind: 'counted' }
  | { readonly kind: 'moved'; readonly known: KnownSales }
  | { readonly kind: 'contended' };

/** The count of paid units, by day and product. All throw `Unavailable` on an outage. */
export interface Sales {
  /**
   * Moves every sale of the plan to its phase, and the counters with them, in one transaction, if all
   * are in the phases that the plan was made for.
   */
  count(plan: SalesPlan): Promise<CountOutcome>;
  /** The units of each product that were paid on these days, and are not cancelled or refunded. */
  paidUnits(days: readonly string[]): Promise<ReadonlyMap<Sku, number>>;
}
