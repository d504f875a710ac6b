import { markOfHold } from './hold.ts';
import type { CatalogueVersion, Fence, OrderId, Sku } from './ids.ts';
import { furthest, type LanePlace } from './lane.ts';
import { replyOf } from './order.ts';
import {
  type KeptDecision,
  markPast,
  type PlaceOutcome,
  type Placement,
  retoldOrder,
  type Shelf,
  shortageOf,
} from './placement.ts';
import type { Shortage } from './stock.ts';

/** As many orders as fit one transaction with their product: 100 actions. */
export const GROUP_MAX = 99;

/** Orders of one line each, all for the same product, in the order in which they came. */
export interface Group {
  readonly sku: Sku;
  readonly placements: readonly Placement[];
  /** Under which lock they are decided, if under one. */
  readonly fence?: Fence;
  /**
   * Where the last of them stands in the lane, if they queued there. Such orders are sold at the price
   * that they were queued at, those that are refused stay refused, and the product notes how far its
   * lane was decided.
   */
  readonly lane?: LanePlace;
}

/** What one transaction does for a group, and the stock for which it is right. */
export interface GroupPlan {
  readonly sku: Sku;
  /** Absent for orders whose price was agreed when they queued. */
  readonly version?: CatalogueVersion;
  readonly accepted: readonly Placement[];
  /** Those that are short, each id once. */
  readonly refused: readonly RefusedPlacement[];
  /** The units of the accepted: with less stock, one of them could not be filled. */
  readonly takenUnits: number;
  /** With more stock, one of the refused could be filled; absent if none is refused. */
  readonly mostUnits?: number;
  /** The earliest end of the accepted holds, and the mark that goes with it. */
  readonly expiresAt?: string;
  readonly holdsExpireFrom?: string;
  readonly fence?: Fence;
  /** Where the product's lane will be decided up to; the refused are then kept. */
  readonly lane?: LanePlace;
}

export interface RefusedPlacement {
  readonly placement: Placement;
  readonly shortage: Shortage;
}

export interface Planned {
  /** Undefined if there is nothing to write and nothing to check. */
  readonly plan: GroupPlan | undefined;
  /** One for each placement, true once the plan is done. */
  readonly outcomes: readonly PlaceOutcome[];
}

/** Orders of the group that the store has already. */
export type Known = ReadonlyMap<OrderId, KeptDecision>;

/**
 * Decides a group first come, first served, from the product as it was seen; nothing of an earlier
 * plan is used. An order that can't be filled does not hold back smaller ones behind it.
 */
export function planGroup(shelf: Shelf | undefined, group: Group, known: Known): Planned {
  const { sku, placements, fence, lane } = group;
  if (shelf === undefined) {
    return { plan: undefined, outcomes: placements.map(() => ({ kind: 'unknown', skus: [sku] })) };
  }
  const accepted = new Map<OrderId, Placement>();
  const refused = new Map<OrderId, RefusedPlacement>();
  let takenUnits = 0;
  let mostUnits = Infinity;

  /** What this plan will keep of a twin that came before; a refusal only if it is kept at all. */
  const keptBefore = (orderId: OrderId): KeptDecision | undefined => {
    const twin = accepted.get(orderId);
    if (twin !== undefined) return { ...twin, reply: replyOf(twin.order) };
    const short = lane === undefined ? undefined : refused.get(orderId);
    return short && { ...short.placement, reply: '', shortages: [short.shortage] };
  };

  const outcomes = placements.map((placement): PlaceOutcome => {
    const { order, versions } = placement;
    const [line] = order.lines;
    if (line?.sku !== sku || order.lines.length > 1) throw new Error(`no order of ${sku} alone`);
    const kept = known.get(order.orderId) ?? keptBefore(order.orderId);
    if (kept !== undefined) return retoldOrder(kept, placement, 'placed');
    if (lane === undefined && versions.get(sku) !== shelf.catalogueVersion) {
      return { kind: 'repriced', offers: [shelf] };
    }
    const mark = markPast(order, shelf);
    if (mark !== undefined) return { kind: 'outdated', marks: [mark] };
    const left = { ...shelf, availableUnits: shelf.availableUnits - takenUnits };
    const shortage = shortageOf({ line, shelf: left });
    if (shortage !== undefined) {
      mostUnits = Math.min(mostUnits, takenUnits + line.quantity - 1);
      refused.set(order.orderId, { placement, shortage });
      return { kind: 'insufficient', shortages: [shortage] };
    }
    takenUnits += line.quantity;
    accepted.set(order.orderId, placement);
    return { kind: 'placed', reply: replyOf(order) };
  });

  if (accepted.size + refused.size === 0) return { plan: undefined, outcomes };
  const ends = [...accepted.values()].map(({ order }) => order.expiresAt).sort();
  const [expiresAt] = ends;
  const plan: GroupPlan = {
    sku,
    ...(lane === undefined ? { version: shelf.catalogueVersion } : { lane: furthest(lane, shelf) }),
    accepted: [...accepted.values()],
    // A transaction names each order once; one that was refused first and then came smaller is in.
    refused: [...refused.values()].filter(
      ({ placement }) => !accepted.has(placement.order.orderId),
    ),
    takenUnits,
    ...(mostUnits === Infinity ? {} : { mostUnits }),
    ...(expiresAt === undefined ? {} : { expiresAt, holdsExpireFrom: markOfHold({ expiresAt }) }),
    ...(fence === undefined ? {} : { fence }),
  };
  return { plan, outcomes };
}

/** Whether the plan is right for the product as it is. */
export function holdsFor(plan: GroupPlan, shelf: Shelf): boolean {
  const { version, takenUnits, mostUnits = Infinity, expiresAt, fence = Infinity, lane } = plan;
  const { catalogueVersion, availableUnits, holdsExpireFrom } = shelf;
  return (
    (version === undefined || catalogueVersion === version) &&
    (lane === undefined || furthest(lane, shelf).offset === lane.offset) &&
    availableUnits >= takenUnits &&
    availableUnits <= mostUnits &&
    (holdsExpireFrom === undefined || expiresAt === undefined || holdsExpireFrom <= expiresAt) &&
    (shelf.fence === undefined || shelf.fence <= fence)
  );
}
