import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { RefusedPlacement } from '../../domain/group.ts';
import { holdKeyOf } from '../../domain/hold.ts';
import type { KeptReply, KeyedRequest } from '../../domain/keyed-request.ts';
import { type Order, type OrderStatus, replyOf } from '../../domain/order.ts';
import type { RecordedOrder } from '../../domain/order-event.ts';
import type { KeptDecision, Placement, Shelf } from '../../domain/placement.ts';
import type { Shortage } from '../../domain/stock.ts';
import type { RejectedOrder, StoredOrder } from '../../ports/orders.ts';
import type { OrderId, PaymentId, UserId } from '../../domain/ids.ts';

export type Row = Record<string, AttributeValue>;

/**
 * An order's row. The lines and prices stand only in `reply`, the snapshot as it was answered, so a
 * replay is equal to the byte, and a row of one line in ASCII stays under the 1 KB of a write unit.
 */
interface OrderRow extends KeyedRequest {
  readonly orderId: string;
  readonly userId: UserId;
  readonly reply: string;
  readonly status: OrderStatus;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly paymentId?: PaymentId;
  readonly paidAt?: string;
  readonly expiredAt?: string;
  /** When the hold of an expired order was ended: this row's last change. */
  readonly releasedAt?: string;
  readonly cancelledAt?: string;
  readonly refundedAt?: string;
  /** Only while the order holds units: it leaves the index `holds` with this attribute. */
  readonly holdKey?: string;
  readonly queued?: true;
  readonly queuedAt?: string;
}

/**
 * The row of an order that queued and was rejected. Without `createdAt` and `holdKey` it stands in no
 * index: nobody lists it, and it costs no more than itself.
 */
interface RejectedRow extends KeyedRequest {
  readonly orderId: string;
  readonly userId: UserId;
  readonly status: 'REJECTED';
  readonly queued: true;
  readonly shortages: readonly Shortage[];
  readonly rejectedAt: string;
}

export const rejectedRow = ({ placement, shortage }: RefusedPlacement): Row => {
  const { order, userId, requestId, fingerprint } = placement;
  const { sku, requestedUnits, availableUnits } = shortage;
  return marshall({
    orderId: order.orderId,
    userId,
    requestId,
    fingerprint,
    status: 'REJECTED',
    queued: true,
    shortages: [{ sku, requestedUnits, availableUnits }],
    // The moment of the decision, as it would be the order's if it had been accepted.
    rejectedAt: order.createdAt,
  } satisfies RejectedRow);
};

export const queuedOrderRow = (placement: Placement): Row => {
  const { queuedAt } = placement;
  const told = { queued: true, ...(queuedAt === undefined ? {} : { queuedAt }) } as const;
  return {
    ...orderRow(placement),
    ...marshall(told satisfies Pick<OrderRow, 'queued' | 'queuedAt'>),
  };
};

export const orderRow = ({ order, userId, requestId, fingerprint }: Placement): Row =>
  marshall({
    orderId: order.orderId,
    userId,
    requestId,
    fingerprint,
    reply: replyOf(order),
    status: order.status,
    createdAt: order.createdAt,
    expiresAt: order.expiresAt,
    holdKey: holdKeyOf(order),
  } satisfies OrderRow);

/** What a row under an order's id tells a placement of the same id. */
export function keptDecision(row: Row): KeptDecision {
  const fields = unmarshall(row) as OrderRow | RejectedRow;
  const { requestId, fingerprint, queued } = fields;
  return {
    ...{ requestId, fingerprint },
    ...(fields.status === 'REJECTED'
      ? { reply: '', shortages: fields.shortages }
      : { reply: fields.reply }),
    ...(queued === undefined ? {} : { queued }),
  };
}

export function storedDecision(row: Row): StoredOrder | RejectedOrder {
  const { userId, status } = unmarshall(row) as OrderRow | RejectedRow;
  return status === 'REJECTED' ? { ...keptDecision(row), userId } : storedOrder(row);
}

export function storedOrder(row: Row): StoredOrder {
  const { userId, reply, ...now } = unmarshall(row) as OrderRow;
  const { status, paymentId, paidAt, expiredAt } = now;
  const order = {
    ...(JSON.parse(reply) as Order),
    status,
    ...(paymentId === undefined ? {} : { paymentId }),
    ...(paidAt === undefined ? {} : { paidAt }),
    ...(expiredAt === undefined ? {} : { expiredAt }),
  };
  return { ...keptDecision(row), userId, order };
}

/** What a row tells others of its order. Throws on a row that is none of ours. */
export function recordedOrder(row: Row): RecordedOrder {
  const fields = unmarshall(row) as OrderRow | RejectedRow;
  if (fields.status === 'REJECTED') {
    const { orderId, userId, shortages, rejectedAt } = fields;
    return { kind: 'rejected', orderId: orderId as OrderId, userId, shortages, rejectedAt };
  }
  const { queuedAt, cancelledAt, refundedAt, releasedAt } = fields;
  const { order, userId } = storedOrder(row);
  return { kind: 'order', order, userId, queuedAt, cancelledAt, refundedAt, releasedAt };
}

export const keptReply = (row: Row): KeptReply => unmarshall(row) as KeptReply;

export const shelf = (row: Row): Shelf => unmarshall(row) as Shelf;

export { marshall };
