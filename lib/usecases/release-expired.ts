import { HOLD_SLACK_MS, releaseGroups, unitsGivenBack } from '../domain/hold.ts';
import type { HeldOrder } from '../domain/order.ts';
import { type Patience, persist, persistRead } from '../domain/patience.ts';
import type { Shortage } from '../domain/stock.ts';
import { Unavailable } from '../domain/unavailable.ts';
import type { ExpiredHolds, Orders } from '../ports/orders.ts';
import type { Stock } from '../ports/stock.ts';

export interface ReleaseExpiredDeps {
  readonly orders: Pick<Orders, 'expiredHolds' | 'noteHoldsFrom'>;
  readonly stock: Pick<Stock, 'releaseMany'>;
  readonly reservationMs: number;
}

/**
 * Gives back units of expired orders until they cover the shortages.
 *
 * True when no expired hold on these products is left: a shortage seen after that is a true one.
 */
export async function releaseExpired(
  deps: ReleaseExpiredDeps,
  shortages: readonly Shortage[],
  patience: Patience,
): Promise<boolean> {
  const nowMs = patience.nowMs();
  const skus = shortages.map(({ sku }) => sku);
  const found = await persistRead(() => deps.orders.expiredHolds(skus, nowMs), patience);

  const released: HeldOrder[] = [];
  for (const group of releaseGroups(found.orders)) {
    if (released.length > 0 && covered(shortages, released)) return false;
    if (!(await endHolds(deps, group, nowMs, patience))) return false;
    released.push(...group);
  }
  if (found.complete) await noteNext(deps, shortages, found, nowMs);
  return found.complete;
}

function covered(shortages: readonly Shortage[], released: readonly HeldOrder[]): boolean {
  const given = unitsGivenBack(released);
  return shortages.every(
    ({ sku, requestedUnits, availableUnits }) =>
      availableUnits + (given.get(sku) ?? 0) >= requestedUnits,
  );
}

/**
 * Ends what is left of a group: an order that was paid or released meanwhile drops out. False when
 * others kept writing the same items until the request's deadline, and holds are left.
 */
async function endHolds(
  { stock }: ReleaseExpiredDeps,
  group: readonly HeldOrder[],
  nowMs: number,
  patience: Patience,
): Promise<boolean> {
  for (let left = group; left.length > 0;) {
    const orders = left;
    const outcome = await persist(() => stock.releaseMany(orders, nowMs), patience);
    if (outcome.kind !== 'ended') return outcome.kind === 'released';
    left = orders.filter(({ orderId }) => !outcome.orderIds.includes(orderId));
  }
  return true;
}

/** Spares later shortages the search: until the next hold can end there is nothing to find. */
async function noteNext(
  { orders, reservationMs }: ReleaseExpiredDeps,
  shortages: readonly Shortage[],
  { nextExpiresAt }: ExpiredHolds,
  nowMs: number,
): Promise<void> {
  const unseen = new Date(nowMs + reservationMs - HOLD_SLACK_MS).toISOString();
  const to = nextExpiresAt !== undefined && nextExpiresAt < unseen ? nextExpiresAt : unseen;
  for (const { sku, holdsExpireFrom: from } of shortages) {
    if (from === undefined || from === to) continue;
    try {
      await orders.noteHoldsFrom(sku, from, to);
    } catch (error) {
      // The note only saves work: without it the next shortage searches again.
      if (!(error instanceof Unavailable)) throw error;
    }
  }
}
