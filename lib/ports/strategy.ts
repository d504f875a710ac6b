import type { Patience } from '../domain/patience.ts';
import type { PlaceOutcome, Placement } from '../domain/placement.ts';

/**
 * Decides when, and how alone, an order's one transaction is tried.
 *
 * A strategy never writes stock: it is given the store's `place` and chooses how to call it. So
 * strategies differ in what contention costs, never in what is promised.
 */
export type Strategy = (placement: Placement, patience: Patience) => Promise<PlaceOutcome>;
