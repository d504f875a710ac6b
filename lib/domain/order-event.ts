import type { OrderId, PaymentId, UserId } from './ids.ts';
import type { Order, OrderLine, OrderStatus } from './order.ts';
import type { Shortage } from './stock.ts';

/** What each status that an order can have is told as, once it has it. */
export const eventTypeOf = {
  PENDING_PAYMENT: 'order.placed',
  PAID: 'order.paid',
  EXPIRED: 'order.expired',
  CANCELLED: 'order.cancelled',
  REFUNDED: 'order.refunded',
  REJECTED: 'order.rejected',
} as const satisfies Record<OrderStatus | 'REJECTED', string>;

interface AnyEvent {
  /** `orderId:status`: an order has each status once, so whoever met the id met the event. */
  readonly eventId: string;
  readonly orderId: OrderId;
  readonly userId: UserId;
  /** When the order came to the status, RFC 3339 UTC. */
  readonly at: string;
}

/** A step of an order that has its units, or had them. */
export interface StepEvent extends AnyEvent {
  readonly type: (typeof eventTypeOf)[OrderStatus];
  readonly status: OrderStatus;
  readonly lines: readonly OrderLine[];
  readonly totalMinor: number;
  readonly currency: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  /** When its customer ordered, if the order waited for its turn: it was created when it was decided. */
  readonly queuedAt?: string | undefined;
  /** Both are there from the payment on. */
  readonly paymentId?: PaymentId | undefined;
  readonly paidAt?: string | undefined;
}

/** An order that queued and could not be filled. */
export interface RejectedEvent extends AnyEvent {
  readonly type: 'order.rejected';
  readonly status: 'REJECTED';
  readonly shortages: readonly Pick<Shortage, 'sku' | 'requestedUnits' | 'availableUnits'>[];
}

/** Something that became of an order, for whoever reads the topic of order events. */
export type OrderEvent = StepEvent | RejectedEvent;

/** An order as its row tells it: all that its events are made of. */
export type RecordedOrder =
  | {
      readonly kind: 'order';
      readonly order: Order;
      readonly userId: UserId;
      readonly queuedAt?: string | undefined;
      readonly cancelledAt?: string | undefined;
      readonly refundedAt?: string | undefined;
      /** When the hold of an expired order was ended: later than it expired. */
      readonly releasedAt?: string | undefined;
    }
  | (Omit<RejectedEvent, 'eventId' | 'type' | 'status' | 'at'> & {
      readonly kind: 'rejected';
      readonly rejectedAt: string;
    });

export const eventIdOf = (orderId: OrderId, status: OrderEvent['status']): string =>
  `${orderId}:${status}`;

/**
 * Every event of an order up to now, in their order. They come out the same however late they are
 * derived, so a row tells its events again at any time.
 */
export function eventsOf(recorded: RecordedOrder): OrderEvent[] {
  if (recorded.kind === 'rejected') return [rejectedEvent(recorded)];
  const { order, cancelledAt, refundedAt } = recorded;
  const steps = [
    ['PENDING_PAYMENT', order.createdAt],
    ['PAID', order.paidAt],
    ['EXPIRED', order.expiredAt],
    ['CANCELLED', cancelledAt],
    ['REFUNDED', refundedAt],
  ] as const;
  const events = steps.flatMap(([status, at]) =>
    at === undefined ? [] : [stepEvent(recorded, status, at)],
  );
  if (!events.some(({ status }) => status === order.status)) {
    throw new Error(`the order is ${order.status}, and its row does not tell since when`);
  }
  return events;
}

/**
 * What a change of the row brought. A row that went two steps at once tells both; one that was written
 * without a step tells nothing.
 */
export function eventsBetween(before: RecordedOrder | undefined, now: RecordedOrder): OrderEvent[] {
  const told = new Set(before === undefined ? [] : eventsOf(before).map(({ eventId }) => eventId));
  return eventsOf(now).filter(({ eventId }) => !told.has(eventId));
}

/** When the row was last written: an expired order's later than it expired. */
export function changedAt(recorded: RecordedOrder): string {
  const times = eventsOf(recorded).map(({ at }) => at);
  const released = recorded.kind === 'order' ? recorded.releasedAt : undefined;
  return [...times, ...(released === undefined ? [] : [released])].sort().at(-1) ?? '';
}

function stepEvent(
  { order, userId, queuedAt }: Extract<RecordedOrder, { kind: 'order' }>,
  status: OrderStatus,
  at: string,
): StepEvent {
  const { orderId, lines, totalMinor, currency, createdAt, expiresAt, paymentId, paidAt } = order;
  const isPaid = status !== 'PENDING_PAYMENT' && status !== 'EXPIRED' && paidAt !== undefined;
  return {
    eventId: eventIdOf(orderId, status),
    type: eventTypeOf[status],
    ...{ orderId, status, at, userId, lines, totalMinor, currency, createdAt, expiresAt },
    ...(queuedAt === undefined ? {} : { queuedAt }),
    ...(isPaid ? { paymentId, paidAt } : {}),
  };
}

const rejectedEvent = ({
  orderId,
  userId,
  rejectedAt,
  shortages,
}: Extract<RecordedOrder, { kind: 'rejected' }>): RejectedEvent => ({
  eventId: eventIdOf(orderId, 'REJECTED'),
  type: eventTypeOf.REJECTED,
  ...{ orderId, status: 'REJECTED', at: rejectedAt, userId, shortages },
});
