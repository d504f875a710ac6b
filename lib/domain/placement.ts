import type { CatalogueVersion, Sku, UserId } from './ids.ts';
import type { KeyedRequest } from './keyed-request.ts';
import type { Order, OrderLine } from './order.ts';
import type { Offer, Product } from './product.ts';
import type { Shortage } from './stock.ts';

/** One order on its way into the store, with the prices it was made from. */
export interface Placement extends KeyedRequest {
  readonly userId: UserId;
  readonly order: Order;
  /** The store takes the units only while each product is still at this version. */
  readonly versions: ReadonlyMap<Sku, CatalogueVersion>;
}

/** The closed list of answers to a placement; all but `placed` changed nothing. */
export type PlaceOutcome =
  /** `reply` is the body to answer with: kept with the order, the same for every replay. */
  | { readonly kind: 'placed'; readonly reply: string }
  /** Another request with the same key and content placed it. */
  | { readonly kind: 'replayed'; readonly reply: string }
  /** The key was used for another request. */
  | { readonly kind: 'mismatched' }
  | PlaceRefusal
  /** Others were writing the same items; the same request may succeed in a moment. */
  | { readonly kind: 'contended' };

export type PlaceRefusal =
  | { readonly kind: 'unknown'; readonly skus: readonly Sku[] }
  /** A name, price or strategy changed since it was read; here is what is in force. */
  | { readonly kind: 'repriced'; readonly offers: readonly Offer[] }
  /** The hold would end before the mark of a product: made long ago, or for a shorter time. */
  | { readonly kind: 'outdated'; readonly marks: readonly Mark[] }
  | { readonly kind: 'insufficient'; readonly shortages: readonly Shortage[] };

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

/** A product as the store keeps it: with the mark from which its holds may end. */
export interface Shelf extends Product {
  readonly holdsExpireFrom?: string;
}

/** A line and the shelf that it met; none if the SKU is unknown. */
export interface MetLine {
  readonly line: OrderLine;
  readonly shelf: Shelf | undefined;
}

/** Why these lines can't be placed: unknown, repriced, outdated, short. None of these: they can. */
export function refusalOf(
  { versions, order }: Placement,
  lines: readonly MetLine[],
): PlaceRefusal | undefined {
  const skus = lines.flatMap(({ line, shelf }) => (shelf === undefined ? [line.sku] : []));
  if (skus.length > 0) return { kind: 'unknown', skus };
  const offers = lines.flatMap(({ shelf }) =>
    shelf !== undefined && shelf.catalogueVersion !== versions.get(shelf.sku) ? [shelf] : [],
  );
  if (offers.length > 0) return { kind: 'repriced', offers };
  const marks = lines.flatMap(({ line: { sku }, shelf }) => {
    const { holdsExpireFrom = '' } = shelf ?? {};
    return holdsExpireFrom > order.expiresAt ? [{ sku, holdsExpireFrom }] : [];
  });
  if (marks.length > 0) return { kind: 'outdated', marks };
  const shortages = lines.flatMap((met) => shortageOf(met) ?? []);
  return shortages.length > 0 ? { kind: 'insufficient', shortages } : undefined;
}

function shortageOf({ line, shelf }: MetLine): Shortage | undefined {
  if (shelf === undefined || shelf.availableUnits >= line.quantity) return undefined;
  const { sku, availableUnits, holdsExpireFrom } = shelf;
  return {
    sku,
    requestedUnits: line.quantity,
    availableUnits,
    ...(holdsExpireFrom === undefined ? {} : { holdsExpireFrom }),
  };
}
