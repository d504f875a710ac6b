import { expect, it } from '@jest/globals';
import {
  type KeyToken,
  orderIdOf,
  type PaymentId,
  type Sku,
  type UserId,
} from '../../../lib/domain/ids.ts';
import {
  changedAt,
  eventsBetween,
  eventsOf,
  type RecordedOrder,
} from '../../../lib/domain/order-event.ts';
import type { Order } from '../../../lib/domain/order.ts';

const orderId = orderIdOf('abcdefghijklmnopqrstuvwxyz' as KeyToken);
const userId = 'ann' as UserId;
const placed: Order = {
  ...{ orderId, status: 'PENDING_PAYMENT', totalMinor: 200, currency: 'KRW' },
  lines: [{ sku: 'tee' as Sku, name: 'Tee', quantity: 2, unitPriceMinor: 100 }],
  createdAt: '2026-01-01T00:00:00.000Z',
  expiresAt: '2026-01-01T00:10:00.000Z',
};
const paid: Order = {
  ...placed,
  ...{ status: 'PAID', paymentId: 'pay_1' as PaymentId, paidAt: '2026-01-01T00:01:00.000Z' },
};
const row = (order: Order, more: object = {}): RecordedOrder => ({
  ...{ kind: 'order', order, userId },
  ...more,
});
const cancelledAt = '2026-01-02T00:00:00.000Z';
const expired = row(
  { ...placed, status: 'EXPIRED', expiredAt: placed.expiresAt },
  { releasedAt: '2026-01-01T09:00:00.000Z' },
);
const rejected: RecordedOrder = {
  ...{ kind: 'rejected', orderId, userId, rejectedAt: '2026-01-01T00:00:00.000Z' },
  shortages: [{ sku: 'tee' as Sku, requestedUnits: 2, availableUnits: 1 }],
};

const idsOf = (events: readonly { eventId: string }[]) =>
  events.map(({ eventId }) => eventId.slice(orderId.length));

it.each<readonly [string, RecordedOrder | undefined, RecordedOrder, readonly string[]]>([
  ['placed', undefined, row(placed), [':PENDING_PAYMENT']],
  ['paid', row(placed), row(paid), [':PAID']],
  ['expired', row(placed), expired, [':EXPIRED']],
  ['rejected', undefined, rejected, [':REJECTED']],
  [
    'cancelled',
    row(placed),
    row({ ...placed, status: 'CANCELLED' }, { cancelledAt }),
    [':CANCELLED'],
  ],
  [
    'cancelled after its payment',
    row(paid),
    row({ ...paid, status: 'CANCELLED' }, { cancelledAt }),
    [':CANCELLED'],
  ],
  [
    'refunded',
    row(paid),
    row({ ...paid, status: 'REFUNDED' }, { refundedAt: cancelledAt }),
    [':REFUNDED'],
  ],
  ['seen first when it was paid', undefined, row(paid), [':PENDING_PAYMENT', ':PAID']],
  [
    'seen first when all was over',
    undefined,
    row({ ...paid, status: 'CANCELLED' }, { cancelledAt }),
    [':PENDING_PAYMENT', ':PAID', ':CANCELLED'],
  ],
  ['written without a step', row(paid), row(paid), []],
])('tells of an order that is %s', (_name, before, now, ids) => {
  expect(idsOf(eventsBetween(before, now))).toEqual(ids);
});

it('tells an event the same however late it is derived', () => {
  const over = row({ ...paid, status: 'CANCELLED' }, { cancelledAt });
  const early = [...eventsOf(row(placed)), ...eventsBetween(row(placed), row(paid))];
  expect(eventsOf(over).slice(0, 2)).toEqual(early);
});

it('tells what a reader needs, and of a payment only from then on', () => {
  const [first, second] = eventsOf(row(paid));
  const { status, paymentId, paidAt, ...same } = paid;
  expect(first).toEqual({
    ...same,
    ...{ eventId: `${orderId}:PENDING_PAYMENT`, type: 'order.placed', status: 'PENDING_PAYMENT' },
    ...{ userId, at: placed.createdAt },
  });
  expect(second).toEqual({
    ...same,
    ...{ eventId: `${orderId}:PAID`, type: 'order.paid', status, paymentId, paidAt },
    ...{ userId, at: paidAt },
  });
  expect(eventsOf(rejected)).toEqual([
    {
      ...{ eventId: `${orderId}:REJECTED`, type: 'order.rejected', status: 'REJECTED' },
      ...{ orderId, userId, at: '2026-01-01T00:00:00.000Z' },
      shortages: [{ sku: 'tee', requestedUnits: 2, availableUnits: 1 }],
    },
  ]);
});

it('tells of an order that waited for its turn when it queued', () => {
  const queuedAt = '2025-12-31T23:59:00.000Z';
  expect(eventsOf(row(paid, { queuedAt })).map((event) => [event.type, event])).toEqual([
    ['order.placed', expect.objectContaining({ at: placed.createdAt, queuedAt })],
    ['order.paid', expect.objectContaining({ at: paid.paidAt, queuedAt })],
  ]);
});

it('knows a row that does not tell since when it is what it is', () => {
  expect(() => eventsOf(row({ ...paid, status: 'REFUNDED' }))).toThrow('REFUNDED');
  expect(() => eventsOf(row({ ...placed, status: 'SHIPPED' as never }))).toThrow('SHIPPED');
});

it('knows when a row was last written: an expired one when its hold was ended', () => {
  expect(changedAt(row(placed))).toBe('2026-01-01T00:00:00.000Z');
  expect(changedAt(row(paid))).toBe('2026-01-01T00:01:00.000Z');
  expect(changedAt(expired)).toBe('2026-01-01T09:00:00.000Z');
  expect(changedAt(rejected)).toBe('2026-01-01T00:00:00.000Z');
});
