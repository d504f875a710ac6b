import type { OrderId, Sku, UserId } from './ids.ts';
import type { KeyedRequest } from './keyed-request.ts';
import { type OrderLine, pendingOrderOf } from './order.ts';
import type { Placement, Shelf } from './placement.ts';

/** A place in a product's lane: a partition of the orders' topic, and an offset in it. */
export interface LanePlace {
  readonly partition: number;
  readonly offset: number;
}

/** An order that waits for its turn, at the price that was in force when it queued. */
export interface QueuedOrder extends KeyedRequest {
  readonly orderId: OrderId;
  readonly userId: UserId;
  readonly line: OrderLine;
  readonly currency: string;
  /** When its customer ordered, RFC 3339 UTC; absent in records of before this was told. */
  readonly queuedAt?: string | undefined;
}

/** What a client holds while its order waits. Whose it is, and of which request, is a part of it. */
export interface Ticket {
  readonly orderId: OrderId;
  readonly userId: UserId;
  readonly fingerprint: string;
  readonly sku: Sku;
  /** Absent where the order was decided before the ticket was made. */
  readonly place?: LanePlace | undefined;
}

/** The order as it is decided at a moment: its units are held from then on, not from when it queued. */
export const placementAt = (
  { orderId, userId, requestId, fingerprint, line, currency, queuedAt }: QueuedOrder,
  moment: { readonly nowMs: number; readonly reservationMs: number },
): Placement => ({
  userId,
  requestId,
  fingerprint,
  order: pendingOrderOf({ orderId, lines: [line], currency, ...moment }),
  versions: new Map(),
  queuedAt,
});

/** Records may come again, so a lane that was decided further stays there. */
export const furthest = (lane: LanePlace, { lanePartition, laneOffset = -1 }: Shelf): LanePlace =>
  lanePartition === lane.partition && laneOffset > lane.offset
    ? { ...lane, offset: laneOffset }
    : lane;

/**
 * At most so many orders are decided before the one at this place; undefined where nothing of the
 * product has been decided in this lane. It never rises: a place stays, and a lane is only decided
 * further.
 */
export const ordersAhead = (
  { partition, offset }: LanePlace,
  { lanePartition, laneOffset }: Shelf,
): number | undefined =>
  lanePartition === partition && laneOffset !== undefined
    ? Math.max(0, offset - laneOffset - 1)
    : undefined;
