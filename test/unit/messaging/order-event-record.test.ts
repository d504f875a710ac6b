import { expect, it } from '@jest/globals';
import {
  type KeyToken,
  orderIdOf,
  type PaymentId,
  type Sku,
  type UserId,
} from '../../../lib/domain/ids.ts';
import type { OrderEvent } from '../../../lib/domain/order-event.ts';
import { encodeEvent, faultIn, readEvent } from '../../../lib/messaging/order-event-record.ts';

const orderId = orderIdOf('abcdefghijklmnopqrstuvwxyz' as KeyToken);
const at = '2026-01-01T00:00:00.000Z';
const head = { orderId, userId: 'ann' as UserId, at };
const content = {
  lines: [{ sku: 'tee' as Sku, name: 'Tee', quantity: 1, unitPriceMinor: 100 }],
  ...{ totalMinor: 100, currency: 'KRW', createdAt: at, expiresAt: at },
};
const payment = { paymentId: `pay_${'a'.repeat(26)}` as PaymentId, paidAt: at };
const named = <Type extends string, Status extends string>(type: Type, status: Status) => ({
  ...{ eventId: `${orderId}:${status}`, type, status },
});
const placed: OrderEvent = {
  ...named('order.placed', 'PENDING_PAYMENT'),
  ...head,
  ...content,
};
const events: readonly OrderEvent[] = [
  placed,
  { ...placed, queuedAt: at },
  { ...named('order.paid', 'PAID'), ...head, ...content, ...payment },
  { ...named('order.expired', 'EXPIRED'), ...head, ...content },
  { ...named('order.cancelled', 'CANCELLED'), ...head, ...content },
  { ...named('order.cancelled', 'CANCELLED'), ...head, ...content, ...payment },
  { ...named('order.refunded', 'REFUNDED'), ...head, ...content, ...payment },
  {
    ...named('order.rejected', 'REJECTED'),
    ...head,
    shortages: [{ sku: 'tee' as Sku, requestedUnits: 1, availableUnits: 0 }],
  },
];
const read = (value: string, key: string = orderId) =>
  readEvent({ key: Buffer.from(key), value: Buffer.from(value) });

it.each(events)('reads what was published: $type', (event) => {
  expect(faultIn(event)).toBeUndefined();
  expect(read(encodeEvent(event))).toEqual({ kind: 'event', event });
});

const altered = (more: object) => encodeEvent({ ...placed, ...more });

it.each([
  ['tombstone', () => readEvent({ key: Buffer.from(orderId) })],
  ['not-json', () => read('{')],
  ['unknown-version', () => read(altered({ version: 2 }))],
  ['invalid', () => read(altered({ type: 'order.shipped' }))],
  ['invalid', () => read(altered({ type: 'order.paid' }))],
  ['invalid', () => read(altered(named('order.paid', 'PAID')))],
  ['invalid', () => read(altered({ eventId: `${orderId}:PAID` }))],
  ['invalid', () => read(altered({ at: '2026-01-01' }))],
  ['invalid', () => read(altered({ queuedAt: '2026-01-01' }))],
  ['invalid', () => read(altered({ lines: [] }))],
  ['invalid', () => read(altered({ lines: [{ ...content.lines[0], quantity: -1 }] }))],
  ['invalid', () => read(altered({ more: 1 }))],
  ['invalid', () => read(encodeEvent(placed), 'ord_another')],
  ['invalid', () => readEvent({ value: Buffer.from(encodeEvent(placed)) })],
])('gives up as %s what no retry can settle', (reason, reading) => {
  expect(reading()).toMatchObject({ kind: 'poison', reason });
});
