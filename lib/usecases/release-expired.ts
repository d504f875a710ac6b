import { markAfterLook, releaseGroups, unitsGivenBack } from '../domain/hold.ts';
import type { HeldOrder } from '../domain/order.ts';
import { type Patience, persist, persistRead } from '../domain/patience.ts';
import type { Mark } from '../domain/placement.ts';
import type { Shortage } from '../domain/stock.ts';
import type { Orders } from '../ports/orders.ts';
import type { Stock } from '../ports/stock.ts';
import { moveMarks } from './move-marks.ts';

export interface ReleaseExpiredDeps {
  readonly orders: Pick<Orders, 'expiredHolds' | 'noteHoldsFrom'>;
  readonly stock: Pick<Stock, 'releaseMany'>;
  readonly reservationMs: number;
}

/** As long as a crowd is given that was met so often: an index lags by tens of milliseconds. */
const INDEX_LAG_TRIES = 4;

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
  if (found.complete) {
    // Spares later shortages the search: until the next hold can end there is nothing to find.
    const to = markAfterLook(found.nextExpiresAt, nowMs, deps.reservationMs);
    await moveMarks(deps.orders, otherMarks(shortages, to), to, patience);
  } else if (released.length === 0) {
    // The index shows holds that ended already: it needs a moment.
    await patience.outlastsConflict(INDEX_LAG_TRIES);
  }
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

/** The marks that say something else than this. */
const otherMarks = (shortages: readonly Shortage[], than: string): Mark[] =>
  shortages.flatMap(({ sku, holdsExpireFrom }) =>
    holdsExpireFrom === undefined || holdsExpireFrom === than ? [] : [{ sku, holdsExpireFrom }],
  );
