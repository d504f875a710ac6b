import type { Fence } from '../domain/ids.ts';
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
import type { LeaseAsked, LeaseOutcome, Leases } from '../ports/leases.ts';
import type { Orders } from '../ports/orders.ts';
import type { Stock } from '../ports/stock.ts';
import type { Strategy } from '../ports/strategy.ts';
import { LeaseWait, StoreOutages } from './lease-waiting.ts';

/** Room for two calls to the store. A holder that dies costs the others as long. */
const LEASE_MS = 2_500;
/** Tries of a holder whom a late question of the others is in the way of, each a moment apart. */
const PLACE_TRIES = 4;
const PLACE_PAUSE_MS_MAX = 16;

interface LeaseDeps {
  readonly stock: Pick<Stock, 'place' | 'shelf'>;
  readonly leases: Leases;
  readonly orders: Pick<Orders, 'decision'>;
}

/**
 * The older study's row lock: a lease on the product item, ended by the order's own transaction, so
 * that an order costs two requests. A product that is sold out is seen when the lease is asked for;
 * such an order needs none.
 *
 * Who finds it taken looks from time to time, and asks again once it is free: a look is a read, which
 * costs half as much as a refused write and is in no transaction's way.
 */
export function dynamodbLease(deps: LeaseDeps): Strategy {
  const outages = new StoreOutages();
  return (placement, patience) =>
    outages.noting(patience, async () => {
      const wait = new LeaseWait(patience, outages);
      do {
        const lease = await wait.ask((waited) => turn(deps, placement, patience, waited));
        if (lease.kind === 'short') return short(deps, placement, lease.shelf, patience);
        if (lease.kind === 'unknown') return { kind: 'unknown', skus: [onlyLine(placement).sku] };
        if (lease.kind !== 'leased') continue;
        const outcome = await underLease(deps, placement, lease.fence, patience);
        if (outcome.kind !== 'superseded') return outcome;
      } while (await wait.over());
      return { kind: 'contended' };
    });
}

/** One look at the lease, or one attempt to get it. */
async function turn(
  { stock, leases }: LeaseDeps,
  placement: Placement,
  patience: Patience,
  waited: boolean,
): Promise<LeaseOutcome> {
  const { sku, quantity: units } = onlyLine(placement);
  const nowMs = patience.nowMs();
  const asked = { sku, owner: placement.requestId, units, nowMs, leaseMs: LEASE_MS };
  const seen = waited ? obstacle(await stock.shelf(sku), asked) : undefined;
  const lease = seen ?? (await leases.acquire(asked));
  // Whoever is writing the product holds it, or will.
  return lease.kind === 'contended' ? { kind: 'taken', untilMs: nowMs + LEASE_MS } : lease;
}

/** Why it is of no use to ask for the lease now. */
function obstacle(
  shelf: Shelf | undefined,
  { owner, units, nowMs }: Omit<LeaseAsked, 'sku'>,
): LeaseOutcome | undefined {
  if (shelf === undefined) return { kind: 'unknown' };
  const { leaseOwner, leaseUntilMs: untilMs = 0 } = shelf;
  if (leaseOwner === owner) return undefined;
  if (shelf.availableUnits < units) return { kind: 'short', shelf };
  return leaseOwner !== undefined && untilMs >= nowMs ? { kind: 'taken', untilMs } : undefined;
}

async function underLease(
  { stock, leases }: LeaseDeps,
  placement: Placement,
  fence: Fence,
  patience: Patience,
): Promise<PlaceOutcome> {
  const attempt = async (): Promise<PlaceOutcome> => {
    for (let tries = 1; ; tries += 1) {
      const outcome = await stock.place(placement, { kind: 'lease', fence });
      if (outcome.kind !== 'contended' || tries === PLACE_TRIES) return outcome;
      if (!(await patience.pause(patience.random() * PLACE_PAUSE_MS_MAX))) return outcome;
    }
  };
  const outcome = await persist(attempt, patience, overturnable);
  // Only a transaction that was carried out has ended the lease; if this fails, it runs out.
  if (outcome.kind !== 'placed') {
    await leases.release(onlyLine(placement).sku, fence).catch(() => undefined);
  }
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
