import { type AdjustOutcome, type Adjustment, adjustmentReply } from '../../domain/adjustment.ts';
import { markOfHold, unitsGivenBack } from '../../domain/hold.ts';
import { type GroupPlan, holdsFor, type RefusedPlacement } from '../../domain/group.ts';
import type { OrderId, Sku } from '../../domain/ids.ts';
import { retold } from '../../domain/keyed-request.ts';
import { STOCK_MAX } from '../../domain/limits.ts';
import { type HeldOrder, replyOf } from '../../domain/order.ts';
import {
  type Guard,
  hasMoved,
  type Placement,
  refusalOf,
  retoldOrder,
  type Shelf,
} from '../../domain/placement.ts';
import type { RejectedOrder, StoredOrder } from '../../ports/orders.ts';
import type { GroupOutcome, ReleaseOutcome, Stock } from '../../ports/stock.ts';
import type { MemoryTables } from './shop.ts';

export const memoryStock = (tables: MemoryTables): Stock => ({
  place: async (placement, guard) => {
    const earlier = decided(tables, placement.order.orderId);
    if (earlier !== undefined) return retoldOrder(earlier, placement, 'placed');
    const met = placement.order.lines.map((line) => ({
      line,
      shelf: tables.shelves.get(line.sku),
    }));
    const refusal = refusalOf(placement, met, guard);
    if (refusal !== undefined) return refusal;
    if (met.some(({ shelf }) => hasMoved(shelf, guard))) return { kind: 'contended' };
    take(tables, placement, guard);
    return { kind: 'placed', reply: replyOf(placement.order) };
  },
  shelf: async (sku) => tables.shelves.get(sku),
  placeMany: async (plan) => carryOut(tables, plan),
  releaseMany: async (held, nowMs) => release(tables, held, nowMs),
  adjust: async (adjustment) => adjust(tables, adjustment),
});

const decided = (
  { orders, rejected }: MemoryTables,
  orderId: OrderId,
): StoredOrder | RejectedOrder | undefined => orders.get(orderId) ?? rejected.get(orderId);

function move({ shelves }: MemoryTables, sku: Sku, units: number): Shelf {
  const shelf = shelves.get(sku);
  if (shelf === undefined) throw new Error(`no shelf for ${sku}`);
  const moved = { ...shelf, availableUnits: shelf.availableUnits + units };
  shelves.set(sku, moved);
  return moved;
}

function take(tables: MemoryTables, placement: Placement, guard?: Guard): void {
  const { order, userId, requestId, fingerprint } = placement;
  for (const { sku, quantity } of order.lines) {
    const shelf = move(tables, sku, -quantity);
    tables.shelves.set(sku, {
      ...shelf,
      holdsExpireFrom: shelf.holdsExpireFrom ?? markOfHold(order),
      ...(guard === undefined || guard.kind === 'unmoved' ? {} : { fence: guard.fence }),
      ...(guard?.kind === 'lease' ? { leaseUntilMs: 0 } : {}),
    });
  }
  const kept = { requestId, fingerprint, reply: replyOf(order) };
  tables.orders.set(order.orderId, { ...kept, userId, order });
}

function carryOut(tables: MemoryTables, plan: GroupPlan): GroupOutcome {
  const shelf = tables.shelves.get(plan.sku);
  const known = new Map(
    [...plan.accepted, ...plan.refused.map(({ placement }) => placement)].flatMap(
      ({ order: { orderId } }) => {
        const kept = decided(tables, orderId);
        return kept === undefined ? [] : [[orderId, kept] as const];
      },
    ),
  );
  const fits = shelf !== undefined && holdsFor(plan, shelf);
  if (!fits || known.size > 0) return { kind: 'moved', shelf: fits ? undefined : shelf, known };
  const guard =
    plan.fence === undefined ? undefined : { kind: 'fence' as const, fence: plan.fence };
  for (const placement of plan.accepted) take(tables, placement, guard);
  if (plan.lane !== undefined) keepQueued(tables, plan);
  const left = tables.shelves.get(plan.sku);
  if (left !== undefined)
    tables.shelves.set(plan.sku, {
      ...left,
      // Those who are refused stay refused by whoever came with an older one.
      ...(guard === undefined ? {} : { fence: guard.fence }),
      ...(plan.lane && { lanePartition: plan.lane.partition, laneOffset: plan.lane.offset }),
    });
  return { kind: 'carried-out' };
}

function keepQueued({ orders, rejected }: MemoryTables, plan: GroupPlan): void {
  for (const { order } of plan.accepted) {
    const stored = orders.get(order.orderId);
    if (stored !== undefined) orders.set(order.orderId, { ...stored, queued: true });
  }
  for (const one of plan.refused) rejected.set(one.placement.order.orderId, rejectedOrder(one));
}

const rejectedOrder = ({ placement, shortage }: RefusedPlacement): RejectedOrder => {
  const { userId, requestId, fingerprint } = placement;
  const { sku, requestedUnits, availableUnits } = shortage;
  const shortages = [{ sku, requestedUnits, availableUnits }];
  return { userId, requestId, fingerprint, reply: '', queued: true, shortages };
};

function release(tables: MemoryTables, held: readonly HeldOrder[], nowMs: number): ReleaseOutcome {
  const stored = held.flatMap(({ orderId }) => tables.orders.get(orderId) ?? []);
  const pending = stored.filter(
    ({ order }) => order.status === 'PENDING_PAYMENT' && Date.parse(order.expiresAt) <= nowMs,
  );
  const ids = new Set(pending.map(({ order }) => order.orderId));
  const ended = held.filter(({ orderId }) => !ids.has(orderId));
  if (ended.length > 0) return { kind: 'ended', orderIds: ended.map(({ orderId }) => orderId) };
  for (const one of pending) tables.orders.set(one.order.orderId, expired(one));
  for (const [sku, units] of unitsGivenBack(held)) move(tables, sku, units);
  return { kind: 'released' };
}

const expired = (stored: StoredOrder): StoredOrder => {
  const { order } = stored;
  return { ...stored, order: { ...order, status: 'EXPIRED', expiredAt: order.expiresAt } };
};

function adjust(tables: MemoryTables, adjustment: Adjustment): AdjustOutcome {
  const { adjustmentId, sku, units } = adjustment;
  const earlier = tables.adjustments.get(adjustmentId);
  if (earlier !== undefined) return retold(earlier, adjustment, 'adjusted');
  const shelf = tables.shelves.get(sku);
  if (shelf === undefined) return { kind: 'unknown' };
  const { availableUnits } = shelf;
  if (availableUnits + units < 0) return { kind: 'insufficient', availableUnits };
  if (units > 0 && availableUnits + units > STOCK_MAX) return { kind: 'overfull', availableUnits };
  const reply = adjustmentReply(adjustment, move(tables, sku, units).availableUnits);
  tables.adjustments.set(adjustmentId, { ...adjustment, reply });
  return { kind: 'adjusted', reply };
}
