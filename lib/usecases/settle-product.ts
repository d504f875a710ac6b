import { GROUP_MAX } from '../domain/group.ts';
import { markOfHold, mayBeCovered } from '../domain/hold.ts';
import type { Sku } from '../domain/ids.ts';
import { type LanePlace, placementAt, type QueuedOrder } from '../domain/lane.ts';
import type { Patience } from '../domain/patience.ts';
import type { PlaceOutcome, Placement } from '../domain/placement.ts';
import type { MakeRoom, PlaceGroup } from '../ports/strategy.ts';
import { moveMarks } from './move-marks.ts';
import { releaseExpired, type ReleaseExpiredDeps } from './release-expired.ts';

/** As long as it takes to read the product once more and to decide. */
const LOOK_FRESH_MS = 1_000;

export interface SettleProductDeps extends ReleaseExpiredDeps {
  readonly placeGroup: PlaceGroup;
}

/** An order at its place in the lane. */
export interface OrderInLane {
  readonly place: LanePlace;
  readonly order: QueuedOrder;
}

/** What a chunk of a product's orders came to: one outcome for each. */
export interface SettledChunk<Item extends OrderInLane> {
  readonly items: readonly Item[];
  readonly outcomes: readonly PlaceOutcome[];
}

/**
 * Decides a product's orders in their turn, chunk by chunk; each chunk is told when it is done. It may
 * throw in between: what was told is done, and nobody behind the failed chunk was decided before it.
 */
export async function settleProduct<Item extends OrderInLane>(
  deps: SettleProductDeps,
  sku: Sku,
  items: readonly Item[],
  patience: Patience,
  onSettled: (chunk: SettledChunk<Item>) => Promise<void>,
): Promise<'settled' | 'contended'> {
  for (let start = 0; start < items.length; start += GROUP_MAX) {
    const chunk = items.slice(start, start + GROUP_MAX);
    const outcomes = await settleChunk(deps, sku, chunk, patience);
    if (outcomes === undefined) return 'contended';
    await onSettled({ items: chunk, outcomes });
  }
  return 'settled';
}

/**
 * All of a chunk's holds end at one moment, so either none of them would end before the product's
 * mark, or all; then the mark is moved, and they are decided after all.
 */
async function settleChunk(
  deps: SettleProductDeps,
  sku: Sku,
  chunk: readonly OrderInLane[],
  patience: Patience,
): Promise<readonly PlaceOutcome[] | undefined> {
  const lane = chunk.at(-1)?.place;
  if (lane === undefined) return [];
  do {
    const moment = { nowMs: patience.nowMs(), reservationMs: deps.reservationMs };
    const placements = chunk.map(({ order }) => placementAt(order, moment));
    const group = { sku, placements, lane };
    const outcomes = await deps.placeGroup(group, patience, roomMaker(deps, placements, patience));
    if (outcomes.some(({ kind }) => kind === 'contended')) return undefined;
    const marks = outcomes.flatMap((outcome) =>
      outcome.kind === 'outdated' ? outcome.marks.slice(0, 1) : [],
    );
    const [first] = placements;
    if (marks.length === 0 || first === undefined) return outcomes;
    await moveMarks(deps.orders, marks.slice(0, 1), markOfHold(first.order), patience);
  } while (!patience.exhausted);
  return undefined;
}

/**
 * Asks for enough for the whole chunk, so that one look is enough. After one that found no expired order
 * left, a shortage is a true one, unless so much time went by that another may have ended.
 */
function roomMaker(
  deps: SettleProductDeps,
  placements: readonly Placement[],
  patience: Patience,
): MakeRoom {
  let noneLeftMs = -Infinity;
  return async (shortage) => {
    const nowMs = patience.nowMs();
    if (nowMs - noneLeftMs < LOOK_FRESH_MS || !mayBeCovered([shortage], nowMs)) return false;
    const units = placements.flatMap(({ order }) => order.lines).map(({ quantity }) => quantity);
    const requestedUnits = units.reduce((sum, quantity) => sum + quantity, 0);
    const noneLeft = await releaseExpired(deps, [{ ...shortage, requestedUnits }], patience);
    if (noneLeft) noneLeftMs = nowMs;
    return true;
  };
}
