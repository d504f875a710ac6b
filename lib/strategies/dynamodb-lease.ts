import type { Sku } from '../domain/ids.ts';
import { type Patience, persist, persistRead } from '../domain/patience.ts';
import {
  onlyLine,
  overturnable,
  type PlaceOutcome,
  type Placement,
  retoldOrder,
  shortageOf,
  type Shelf,
} from '../domain/placement.ts';
import type { LeaseOutcome, Leases } from '../ports/leases.ts';
import type { Orders } from '../ports/orders.ts';
import type { Stock } from '../ports/stock.ts';
import type { Strategy } from '../ports/strategy.ts';

/** Room for two calls to the store. A holder that dies costs the others as long. */
const LEASE_MS = 2_500;

interface LeaseDeps {
  readonly stock: Pick<Stock, 'place'>;
  readonly leases: Leases;
  readonly orders: Pick<Orders, 'decision'>;
}

/**
 * The older study's row lock: a lease on the product item, ended by the order's own transaction, so
 * that an order costs two requests. A product that is sold out is seen when the lease is asked for;
 * such an order needs none.
 */
export const dynamodbLease =
  (deps: LeaseDeps): Strategy =>
  async (placement, patience) => {
    const line = onlyLine(placement);
    const asked = { sku: line.sku, owner: placement.requestId, units: line.quantity };
    const attempt = (): Promise<LeaseOutcome> =>
      deps.leases.acquire({ ...asked, nowMs: patience.nowMs(), leaseMs: LEASE_MS });
    do {
      const lease = await persist(attempt, patience);
      if (lease.kind === 'contended') return lease;
      if (lease.kind === 'unknown') return { kind: 'unknown', skus: [line.sku] };
      if (lease.kind === 'short') return short(deps, placement, lease.shelf, patience);
      if (lease.kind === 'leased') {
        const outcome = await underLease(deps, line.sku, placement, lease.fence, patience);
        if (outcome.kind !== 'superseded') return outcome;
      }
    } while (await patience.outlastsConflict(WAIT_TRIES));
    return { kind: 'contended' };
  };

/** Waits as at a first conflict: a lease lasts two round trips when all goes well. */
const WAIT_TRIES = 0;

async function underLease(
  { stock, leases }: LeaseDeps,
  sku: Sku,
  placement: Placement,
  fence: Extract<LeaseOutcome, { kind: 'leased' }>['fence'],
  patience: Patience,
): Promise<PlaceOutcome> {
  const attempt = () => stock.place(placement, { kind: 'lease', fence });
  const outcome = await persist(attempt, patience, overturnable);
  // Only a transaction that was carried out has ended the lease; if this fails, it runs out.
  if (outcome.kind !== 'placed') await leases.release(sku, fence).catch(() => undefined);
  return outcome;
}

/** Sold out, unless the order itself is what took the units. */
async function short(
  { orders }: LeaseDeps,
  placement: Placement,
  shelf: Shelf,
  patience: Patience,
): Promise<PlaceOutcome> {
  const earlier = await persistRead(() => orders.decision(placement.order.orderId), patience);
  if (earlier !== undefined) return retoldOrder(earlier, placement, 'placed');
  const shortages = placement.order.lines.flatMap((line) => shortageOf({ line, shelf }) ?? []);
  return { kind: 'insufficient', shortages };
}
