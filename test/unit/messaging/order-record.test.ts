import { expect, it } from '@jest/globals';
import {
  type KeyToken,
  orderIdOf,
  type RequestId,
  type Sku,
  type UserId,
} from '../../../lib/domain/ids.ts';
import { encodeOrder, readOrder } from '../../../lib/messaging/order-record.ts';

const order = {
  orderId: orderIdOf('abcdefghijklmnopqrstuvwxyz' as KeyToken),
  userId: 'ann' as UserId,
  requestId: 'r1' as RequestId,
  fingerprint: 'f',
  currency: 'KRW',
  line: { sku: 'tee' as Sku, name: 'Last One Tee', quantity: 1, unitPriceMinor: 19_000 },
  queuedAt: '2026-01-01T00:00:00.000Z',
};
const good = JSON.parse(encodeOrder(order)) as Record<string, unknown>;
const read = (value: unknown, key = 'tee') =>
  readOrder({
    key: Buffer.from(key),
    value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  });

it('reads what was published', () => {
  expect(read(good)).toEqual({ kind: 'order', order });
});

it('reads what was published before a record told when it queued', () => {
  const { queuedAt, ...early } = good;
  expect(queuedAt).toBe('2026-01-01T00:00:00.000Z');
  expect(read(early)).toEqual({ kind: 'order', order: { ...order, queuedAt: undefined } });
});

it.each([
  ['tombstone', () => readOrder({ key: Buffer.from('tee') })],
  ['not-json', () => read('{')],
  ['not-json', () => read('7')],
  ['not-json', () => read('[]')],
  ['not-json', () => readOrder({ key: Buffer.from('tee'), value: Buffer.from([0xff]) })],
  ['unknown-version', () => read({ ...good, version: 2 })],
  ['unknown-version', () => read({ ...good, version: undefined })],
  ['invalid', () => read({ ...good, userId: undefined })],
  ['invalid', () => read({ ...good, orderId: 'ord_1' })],
  ['invalid', () => read({ ...good, line: { ...order.line, quantity: -1 } })],
  ['invalid', () => read({ ...good, line: { ...order.line, quantity: 100 } })],
  ['invalid', () => read({ ...good, line: { ...order.line, quantity: 1.5 } })],
  ['invalid', () => read({ ...good, line: { ...order.line, quantity: '1' } })],
  ['invalid', () => read({ ...good, queuedAt: '2026-01-01' })],
  ['invalid', () => read({ ...good, more: 1 })],
  ['invalid', () => read(good, 'mug')],
  ['invalid', () => readOrder({ value: Buffer.from(JSON.stringify(good)) })],
])('gives up as %s what no retry can settle', (reason, reading) => {
  expect(reading()).toMatchObject({ kind: 'poison', reason });
});
