import type { Fence, Sku } from '../domain/ids.ts';
import type { Shelf } from '../domain/placement.ts';

export interface LeaseAsked {
  readonly sku: Sku;
  /** Drawn for this attempt, so that a lost reply is known as one's own success. */
  readonly owner: string;
  /** Nobody needs to wait for units that are not there. */
  readonly units: number;
  readonly nowMs: number;
  readonly leaseMs: number;
}

export type LeaseOutcome =
  | { readonly kind: 'leased'; readonly fence: Fence }
  /** Somebody else's until then. */
  | { readonly kind: 'taken'; readonly untilMs: number }
  /** Too few units are there, whoever holds the lease. */
  | { readonly kind: 'short'; readonly shelf: Shelf }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'contended' };

/**
 * A lease on the product itself, with a fence that grows with each change of hands. `place` under the
 * guard `lease` ends it in the order's own transaction. Throws `Unavailable` on an outage.
 */
export interface Leases {
  acquire(asked: LeaseAsked): Promise<LeaseOutcome>;

  /** Ends the lease if it is still this one; a lost race changes nothing. */
  release(sku: Sku, fence: Fence): Promise<void>;
}
