import { BASE32_DIGITS } from './base32.ts';
import type { Sku } from './ids.ts';
import type { HeldOrder } from './order.ts';
import { type Shortage, unitsBySku } from './stock.ts';

/** A hot partition of an index throttles its table too, so the holds of one product are spread. */
export const HOLD_SHARDS = 8;

/**
 * How far ahead of a hold's end its product's `holdsExpireFrom` stays: more than a request's
 * deadline, the lag of an index and the skew of clocks together, so that a hold committed late, or
 * not yet visible, never ends before it.
 */
export const HOLD_SLACK_MS = 30_000;

/** Where the hold of an order stands in the index: by product, or among those of several. */
export function holdKeyOf({ orderId, lines }: Pick<HeldOrder, 'orderId' | 'lines'>): string {
  const shard = BASE32_DIGITS.indexOf(orderId.at(-1) ?? '') % HOLD_SHARDS;
  const [first, ...more] = lines;
  return `${first !== undefined && more.length === 0 ? first.sku : '*'}#${shard}`;
}

/** Every key under which units of these products may be held. */
export function holdKeysOf(skus: readonly Sku[]): string[] {
  const shards = Array.from({ length: HOLD_SHARDS }, (_, shard) => shard);
  return [...skus, '*'].flatMap((prefix) => shards.map((shard) => `${prefix}#${shard}`));
}

/** DynamoDB's bound on the actions of one transaction. */
const ACTIONS_MAX = 100;

/**
 * Splits releases into groups that fit one transaction each, in the order given.
 * A group costs one action per order and one per distinct product.
 */
export function releaseGroups<O extends HeldOrder>(orders: readonly O[]): O[][] {
  const groups: O[][] = [];
  let skus = new Set<Sku>();
  for (const order of orders) {
    const group = groups.at(-1);
    const union = new Set([...skus, ...order.lines.map(({ sku }) => sku)]);
    if (group !== undefined && union.size + group.length + 1 <= ACTIONS_MAX) {
      group.push(order);
      skus = union;
    } else {
      groups.push([order]);
      skus = new Set(order.lines.map(({ sku }) => sku));
    }
  }
  return groups;
}

/**
 * Whether a shortage could be covered by holds that ended: if one of the short products has none,
 * no release helps.
 */
export const mayBeCovered = (shortages: readonly Shortage[], nowMs: number): boolean =>
  shortages.every(
    ({ holdsExpireFrom }) => holdsExpireFrom !== undefined && Date.parse(holdsExpireFrom) <= nowMs,
  );

/** From when the holds on a product may end, seen from its first hold. */
export const markOfHold = ({ expiresAt }: Pick<HeldOrder, 'expiresAt'>): string =>
  new Date(Date.parse(expiresAt) - HOLD_SLACK_MS).toISOString();

/** The same after a look that left no expired hold: the next end in sight, or of a hold made now. */
export function markAfterLook(
  nextExpiresAt: string | undefined,
  nowMs: number,
  reservationMs: number,
): string {
  const unseen = markOfHold({ expiresAt: new Date(nowMs + reservationMs).toISOString() });
  return nextExpiresAt !== undefined && nextExpiresAt < unseen ? nextExpiresAt : unseen;
}

/** What ending these holds gives back, product by product. */
export const unitsGivenBack = (orders: readonly HeldOrder[]): Map<Sku, number> =>
  unitsBySku(orders.flatMap(({ lines }) => lines));
