import type { AdjustmentId, Sku } from './ids.ts';
import type { KeyedRequest } from './keyed-request.ts';

/** A restock (positive) or a write-off (negative), by an admin. */
export interface Adjustment extends KeyedRequest {
  readonly adjustmentId: AdjustmentId;
  readonly sku: Sku;
  readonly units: number;
  readonly at: string;
}

/** The closed list of answers to an adjustment; all but `adjusted` changed nothing. */
export type AdjustOutcome =
  | { readonly kind: 'adjusted'; readonly reply: string }
  | { readonly kind: 'replayed'; readonly reply: string }
  | { readonly kind: 'mismatched' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'insufficient'; readonly availableUnits: number }
  | { readonly kind: 'overfull'; readonly availableUnits: number }
  /** `unfinished`: the units moved, and only the reply is not kept yet. */
  | { readonly kind: 'contended'; readonly unfinished?: true };

/** The reply that is kept with the adjustment. */
export const adjustmentReply = (
  { adjustmentId, sku, units, at }: Adjustment,
  availableUnits: number,
): string => JSON.stringify({ adjustmentId, sku, units, availableUnits, at });
