import type { Group } from '../domain/group.ts';
import type { Patience } from '../domain/patience.ts';
import type { PlaceOutcome, Placement, Queued } from '../domain/placement.ts';
import type { Shortage } from '../domain/stock.ts';

export type StrategyOutcome = PlaceOutcome | Queued;

/**
 * Decides when, and how alone, an order's one transaction is tried.
 *
 * A strategy never writes stock: it is given the store's `place` and chooses how to call it. So
 * strategies differ in what contention costs, never in what is promised.
 */
export type Strategy = (placement: Placement, patience: Patience) => Promise<StrategyOutcome>;

/** Decides a group in one transaction, first come, first served; one outcome for each, in its order. */
export type PlaceGroup = (
  group: Group,
  patience: Patience,
  makeRoom?: MakeRoom,
) => Promise<readonly PlaceOutcome[]>;

/**
 * Asked before a shortage becomes final: gives back what expired orders hold. False when there is
 * nothing to give back.
 */
export type MakeRoom = (shortage: Shortage) => Promise<boolean>;
