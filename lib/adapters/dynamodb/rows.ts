import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { holdKeyOf } from '../../domain/hold.ts';
import type { KeptReply, KeyedRequest } from '../../domain/keyed-request.ts';
import { type Order, type OrderStatus, replyOf } from '../../domain/order.ts';
import type { Placement, Shelf } from '../../domain/placement.ts';
import type { StoredOrder } from '../../ports/orders.ts';
import type { PaymentId, UserId } from '../../domain/ids.ts';

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
  /** Only while the order holds units: it leaves the index `holds` with this attribute. */
  readonly holdKey?: string;
}

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

export function storedOrder(row: Row): StoredOrder {
  const { userId, requestId, fingerprint, reply, ...now } = unmarshall(row) as OrderRow;
  const { status, paymentId, paidAt, expiredAt } = now;
  const order = {
    ...(JSON.parse(reply) as Order),
    status,
    ...(paymentId === undefined ? {} : { paymentId }),
    ...(paidAt === undefined ? {} : { paidAt }),
    ...(expiredAt === undefined ? {} : { expiredAt }),
  };
  return { userId, requestId, fingerprint, reply, order };
}

export const keptReply = (row: Row): KeptReply => unmarshall(row) as KeptReply;

export const shelf = (row: Row): Shelf => unmarshall(row) as Shelf;

export { marshall };
