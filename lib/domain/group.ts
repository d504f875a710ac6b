import { markOfHold } from './hold.ts';
import type { CatalogueVersion, Fence, OrderId, Sku } from './ids.ts';
import { type KeptReply, retold } from './keyed-request.ts';
import { replyOf } from './order.ts';
import {
  markPast,
  type PlaceOutcome,
  type Placement,
  type Shelf,
  shortageOf,
} from './placement.ts';

/** As many orders as fit one transaction with their product: 100 actions. */
export const GROUP_MAX = 99;

/** Orders of one line each, all for the same product, in the order in which they came. */
export interface Group {
  readonly sku: Sku;
  readonly placements: readonly Placement[];
  /** Under which lock they are decided, if under one. */
  readonly fence?: Fence;
}

/** What one transaction does for a group, and the stock for which it is right. */
export interface GroupPlan {
  readonly sku: Sku;
  readonly version: CatalogueVersion;
  readonly accepted: readonly Placement[];
  /** Those that are short, each id once. */
  readonly refused: readonly Placement[];
  /** The units of the accepted: with less stock, one of them could not be filled. */
  readonly takenUnits: number;
  /** With more stock, one of the refused could be filled; absent if none is refused. */
  readonly mostUnits?: number;
  /** The earliest end of the accepted holds, and the mark that goes with it. */
  readonly expiresAt?: string;
  readonly holdsExpireFrom?: string;
  readonly fence?: Fence;
}

export interface Planned {
  /** Undefined if there is nothing to write and nothing to check. */
  readonly plan: GroupPlan | undefined;
  /** One for each placement, true once the plan is done. */
  readonly outcomes: readonly PlaceOutcome[];
}

/** Orders of the group that the store has already. */
export type Known = ReadonlyMap<OrderId, KeptReply>;

/**
 * Decides a group first come, first served, from the product as it was seen; nothing of an earlier
 * plan is used. An order that can't be filled does not hold back smaller ones behind it.
 */
export function planGroup(shelf: Shelf | undefined, group: Group, known: Known): Planned {
  const { sku, placements, fence } = group;
  if (shelf === undefined) {
    return { plan: undefined, outcomes: placements.map(() => ({ kind: 'unknown', skus: [sku] })) };
  }
  const accepted = new Map<OrderId, Placement>();
  const refused = new Map<OrderId, Placement>();
  let takenUnits = 0;
  let mostUnits = Infinity;

  const outcomes = placements.map((placement): PlaceOutcome => {
    const { order, versions } = placement;
    const [line] = order.lines;
    if (line?.sku !== sku || order.lines.length > 1) throw new Error(`no order of ${sku} alone`);
    const twin = accepted.get(order.orderId);
    const kept = known.get(order.orderId) ?? (twin && { ...twin, reply: replyOf(twin.order) });
    if (kept !== undefined) return retold(kept, placement, 'placed');
    if (versions.get(sku) !== shelf.catalogueVersion) return { kind: 'repriced', offers: [shelf] };
    const mark = markPast(order, shelf);
    if (mark !== undefined) return { kind: 'outdated', marks: [mark] };
    const left = { ...shelf, availableUnits: shelf.availableUnits - takenUnits };
    const shortage = shortageOf({ line, shelf: left });
    if (shortage !== undefined) {
      mostUnits = Math.min(mostUnits, takenUnits + line.quantity - 1);
      refused.set(order.orderId, placement);
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
    version: shelf.catalogueVersion,
    accepted: [...accepted.values()],
    // A transaction names each order once; one that was refused first and then came smaller is in.
    refused: [...refused.values()].filter(({ order }) => !accepted.has(order.orderId)),
    takenUnits,
    ...(mostUnits === Infinity ? {} : { mostUnits }),
    ...(expiresAt === undefined ? {} : { expiresAt, holdsExpireFrom: markOfHold({ expiresAt }) }),
    ...(fence === undefined ? {} : { fence }),
  };
  return { plan, outcomes };
}

/** Whether the plan is right for the product as it is. */
export function holdsFor(plan: GroupPlan, shelf: Shelf): boolean {
  const { version, takenUnits, mostUnits = Infinity, expiresAt, fence = Infinity } = plan;
  const { catalogueVersion, availableUnits, holdsExpireFrom } = shelf;
  return (
    catalogueVersion === version &&
    availableUnits >= takenUnits &&
    availableUnits <= mostUnits &&
    (holdsExpireFrom === undefined || expiresAt === undefined || holdsExpireFrom <= expiresAt) &&
    (shelf.fence === undefined || shelf.fence <= fence)
  );
}
