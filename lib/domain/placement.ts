import type { CatalogueVersion, Fence, Sku, UserId } from './ids.ts';
import { type KeptReply, type KeyedRequest, retold } from './keyed-request.ts';
import type { LanePlace } from './lane.ts';
import type { Order, OrderLine } from './order.ts';
import type { Offer, Product } from './product.ts';
import type { Shortage } from './stock.ts';

/** One order on its way into the store, with the prices it was made from. */
export interface Placement extends KeyedRequest {
  readonly userId: UserId;
  readonly order: Order;
  /** The store takes the units only while each product is still at this version. */
  readonly versions: ReadonlyMap<Sku, CatalogueVersion>;
  /** When it queued, if it did and said so: before the order was created, which is when it is decided. */
  readonly queuedAt?: string | undefined;
}

/** What an attempt demands of the product beside the law: that it is as alone as it thinks. */
export type Guard =
  /** The lock has not changed hands since. */
  | { readonly kind: 'fence'; readonly fence: Fence }
  /** The same, and the lease on the product itself ends with the attempt. */
  | { readonly kind: 'lease'; readonly fence: Fence }
  /** Nobody took or added units since they were read. */
  | { readonly kind: 'unmoved'; readonly availableUnits: number };

/** The closed list of answers to a placement; all but `placed` changed nothing. */
export type PlaceOutcome =
  /** `reply` is the body to answer with: kept with the order, the same for every replay. */
  | { readonly kind: 'placed'; readonly reply: string }
  /** Another request with the same key and content placed it. */
  | { readonly kind: 'replayed'; readonly reply: string }
  /** The key was used for another request. */
  | { readonly kind: 'mismatched' }
  | PlaceRefusal
  | Rejected
  /** Others were writing the same items; the same request may succeed in a moment. */
  | { readonly kind: 'contended' };

/** The key was used for an order that queued and was short when its turn came: it stays refused. */
export interface Rejected {
  readonly kind: 'rejected';
  readonly shortages: readonly Shortage[];
}

export type PlaceRefusal =
  | { readonly kind: 'unknown'; readonly skus: readonly Sku[] }
  /** A name, price or strategy changed since it was read; here is what is in force. */
  | { readonly kind: 'repriced'; readonly offers: readonly Offer[] }
  /** The hold would end before the mark of a product: made long ago, or for a shorter time. */
  | { readonly kind: 'outdated'; readonly marks: readonly Mark[] }
  | Superseded
  | { readonly kind: 'insufficient'; readonly shortages: readonly Shortage[] };

/** The lock was lost: somebody wrote under this newer fence. */
export interface Superseded {
  readonly kind: 'superseded';
  readonly fence: Fence;
}

/** What stands under an order's id: the order, or that it queued and was rejected. */
export interface KeptDecision extends KeptReply {
  /** It queued: whoever asked was given a ticket. */
  readonly queued?: true;
  /** Why it was rejected; absent if it was placed. */
  readonly shortages?: readonly Shortage[];
}

/** What finding one's own order id means: see `retold`. */
export function retoldOrder<Done extends string>(
  kept: KeptDecision,
  asked: KeyedRequest,
  done: Done,
): ReturnType<typeof retold<Done>> | Rejected {
  const told = retold(kept, asked, done);
  const { shortages } = kept;
  return shortages === undefined || told.kind === 'mismatched'
    ? told
    : { kind: 'rejected', shortages };
}

/** The order waits in its product's lane; no place is told of one that was decided meanwhile. */
export interface Queued {
  readonly kind: 'queued';
  readonly place?: LanePlace;
}

/** What became of an order that another request decided: the store may have been away then. */
export type Decision = PlaceOutcome | { readonly kind: 'unavailable' };

/** The line of an order that is sold under its product's strategy: one of several lines is not. */
export function onlyLine({ order }: Placement): OrderLine {
  const [line, ...more] = order.lines;
  if (line === undefined || more.length > 0) throw new Error('not an order of one product');
  return line;
}

/**
 * The refusals that an attempt of unknown fate could still make untrue, landing late: after a restock,
 * or once a mark was moved to let shorter holds in. A price that changed shuts it out for good.
 */
export const overturnable = ['insufficient', 'outdated'] as const;

/** From when the holds on a product may end, as the store has it. */
export interface Mark {
  readonly sku: Sku;
  readonly holdsExpireFrom: string;
}

/** A product as the store keeps it. */
export interface Shelf extends Product {
  /** The mark from which its holds may end. */
  readonly holdsExpireFrom?: string;
  /** The newest under which it was written. */
  readonly fence?: Fence;
  /** Who may write alone for a time, under the strategy `dynamodb-lease`. */
  readonly leaseOwner?: string;
  readonly leaseUntilMs?: number;
  /** How far its orders were decided in their lane, under the strategy `kafka-keyed`. */
  readonly lanePartition?: number;
  readonly laneOffset?: number;
}

/** A line and the shelf that it met; none if the SKU is unknown. */
export interface MetLine {
  readonly line: OrderLine;
  readonly shelf: Shelf | undefined;
}

/**
 * Why these lines can't be placed: unknown, repriced, outdated, superseded, short. None of these: they
 * can, as far as the law goes.
 */
export function refusalOf(
  { versions, order }: Placement,
  lines: readonly MetLine[],
  guard?: Guard,
): PlaceRefusal | undefined {
  const skus = lines.flatMap(({ line, shelf }) => (shelf === undefined ? [line.sku] : []));
  if (skus.length > 0) return { kind: 'unknown', skus };
  const offers = lines.flatMap(({ shelf }) =>
    shelf !== undefined && shelf.catalogueVersion !== versions.get(shelf.sku) ? [shelf] : [],
  );
  if (offers.length > 0) return { kind: 'repriced', offers };
  const marks = lines.flatMap(({ shelf }) => markPast(order, shelf) ?? []);
  if (marks.length > 0) return { kind: 'outdated', marks };
  const newer = lines.flatMap(({ shelf }) => newerFence(shelf, guard) ?? []);
  if (newer.length > 0) return { kind: 'superseded', fence: Math.max(...newer) as Fence };
  const shortages = lines.flatMap((met) => shortageOf(met) ?? []);
  return shortages.length > 0 ? { kind: 'insufficient', shortages } : undefined;
}

/** The mark of a product, if a hold of this order would end before it. */
export function markPast({ expiresAt }: Order, shelf: Shelf | undefined): Mark | undefined {
  if (shelf?.holdsExpireFrom === undefined || shelf.holdsExpireFrom <= expiresAt) return undefined;
  return { sku: shelf.sku, holdsExpireFrom: shelf.holdsExpireFrom };
}

/** The fence under which somebody else wrote the product, if it is newer than the guard's. */
export function newerFence(shelf: Shelf | undefined, guard: Guard | undefined): Fence | undefined {
  if (shelf?.fence === undefined || guard === undefined || guard.kind === 'unmoved')
    return undefined;
  return shelf.fence > guard.fence ? shelf.fence : undefined;
}

export function shortageOf({ line, shelf }: MetLine): Shortage | undefined {
  if (shelf === undefined || shelf.availableUnits >= line.quantity) return undefined;
  const { sku, availableUnits, holdsExpireFrom } = shelf;
  return {
    sku,
    requestedUnits: line.quantity,
    availableUnits,
    ...(holdsExpireFrom === undefined ? {} : { holdsExpireFrom }),
  };
}

/** Whether the units are others than the guard was made for. */
export const hasMoved = (shelf: Shelf | undefined, guard: Guard | undefined): boolean =>
  guard?.kind === 'unmoved' && shelf?.availableUnits !== guard.availableUnits;
