import { emptyTables, type memoryShop, type MemoryTables } from '../../lib/adapters/memory/shop.ts';
import type { OrderId, RequestId, Sku, UserId } from '../../lib/domain/ids.ts';
import type { Random } from './random.ts';

export type Ports = ReturnType<typeof memoryShop>;
export type Tables = MemoryTables;

/** An effect that is in the store, with the request that made it. */
export interface Effect {
  readonly id: string;
  readonly requestId: RequestId;
  readonly reply: string;
}

export const SKUS = ['apple', 'banana'] as const;
/** Where a balance may not go any further. */
export const BALANCE_MINOR_MAX = 1_000_000_000_000;

/** What was there before the first request: products with their stock, and balances. */
export interface Beginning {
  readonly tables: Tables;
  readonly users: readonly string[];
  readonly skus: readonly string[];
  readonly unitsOf: ReadonlyMap<string, number>;
}

/** Draws the shop as it is before the first request. */
export function drawBeginning(random: Random): Beginning {
  const tables = emptyTables();
  const skus = SKUS.slice(0, random.between(1, 2));
  const users = ['ann', 'bob', 'cyd'].slice(0, random.between(1, 3));
  const unitsOf = new Map<string, number>();
  for (const name of skus) {
    const sku = name as string as Sku;
    const availableUnits = random.between(1, 5);
    unitsOf.set(sku, availableUnits);
    tables.shelves.set(sku, {
      sku,
      name,
      priceMinor: random.pick([0, 100, 200, 300]),
      // Of the ways that wait for nobody but the store: a lock in memory outlives no crash.
      strategy: random.pick(['conditional-write', 'version-retry', 'dynamodb-lease']),
      catalogueVersion: 'v0' as never,
      availableUnits,
    });
  }
  for (const user of users) {
    const amountMinor = random.pick([0, 500, 1_500, 3_000, BALANCE_MINOR_MAX - 400]);
    if (amountMinor > 0) giveMoney(tables, user as UserId, amountMinor);
  }
  return { tables, users, skus, unitsOf };
}

function giveMoney({ ledger }: Tables, userId: UserId, amountMinor: number): void {
  const entryId = `chg_${userId}` as never;
  const requestId = `begin-${userId}` as RequestId;
  ledger.set(userId, [
    {
      ...{ userId, entryId, requestId, fingerprint: '', reply: '' },
      ...{ seq: 1, kind: 'CHARGE', amountMinor, balanceMinor: amountMinor, at: '', ref: entryId },
      postings: [
        { account: 'provider', amountMinor },
        { account: 'users', amountMinor: -amountMinor },
      ],
    },
  ]);
}

/** Every effect that requests made. */
export function effectsIn({ orders, adjustments, ledger }: Tables): Effect[] {
  const placed = [...orders.values()].map((stored) => ({ ...stored, id: stored.order.orderId }));
  const adjusted = [...adjustments.values()].map((one) => ({ ...one, id: one.adjustmentId }));
  const booked = [...ledger.values()].flat().map((one) => ({ ...one, id: one.entryId }));
  return [...placed, ...adjusted, ...booked]
    .filter(({ requestId }) => !requestId.startsWith('begin-'))
    .map(({ id, requestId, reply }) => ({ id, requestId, reply }));
}

/**
 * Units that an order could get now: on the shelf, or held by orders past their end, but for those
 * that do not count.
 */
export function freeUnits(
  { shelves, orders }: Tables,
  nowMs: number,
  uncounted: ReadonlySet<OrderId>,
): Map<string, number> {
  const free = new Map<string, number>();
  for (const { sku, availableUnits } of shelves.values()) free.set(sku, availableUnits);
  for (const { order } of orders.values()) {
    if (order.status !== 'PENDING_PAYMENT' || Date.parse(order.expiresAt) > nowMs) continue;
    if (uncounted.has(order.orderId)) continue;
    for (const { sku, quantity } of order.lines) free.set(sku, (free.get(sku) ?? 0) + quantity);
  }
  return free;
}

export const storedOrderOf = ({ orders }: Tables, orderId: string) =>
  orders.get(orderId as OrderId);
