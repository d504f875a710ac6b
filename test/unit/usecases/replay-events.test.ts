import { expect, it } from '@jest/globals';
import { type KeyToken, orderIdOf, type Sku, type UserId } from '../../../lib/domain/ids.ts';
import type { OrderEvent } from '../../../lib/domain/order-event.ts';
import { Patience } from '../../../lib/domain/patience.ts';
import { Unavailable } from '../../../lib/domain/unavailable.ts';
import { faultIn } from '../../../lib/messaging/order-event-record.ts';
import type { HistoryRow, OrderHistory } from '../../../lib/ports/order-events.ts';
import { replayEvents } from '../../../lib/usecases/replay-events.ts';

const timing = { nowMs: () => 0, sleep: async () => undefined, random: () => 0 };
const newPatience = () => new Patience(timing, { deadlineMs: 1_000, callMsMax: 100 });
const idOf = (letter: string) => orderIdOf(letter.repeat(26) as KeyToken);
const at = (time: string) => `2026-01-01T${time}:00.000Z`;

const row = (
  letter: string,
  createdAt: string,
  more: object = {},
  of: object = {},
): HistoryRow => ({
  kind: 'recorded',
  recorded: {
    kind: 'order',
    userId: 'ann' as UserId,
    order: {
      ...{ orderId: idOf(letter), status: 'PENDING_PAYMENT', lines: [], totalMinor: 0 },
      ...{ currency: 'KRW', createdAt, expiresAt: at('10:10'), ...of },
    },
    ...more,
  },
});

const rows: readonly HistoryRow[] = [
  row('a', at('10:00')),
  row('b', at('09:00')),
  row('c', at('09:00'), {}, { status: 'PAID', paidAt: at('11:00') }),
  { kind: 'unreadable', orderId: 'ord_x', why: 'no JSON' },
  // It expired long before somebody noticed.
  row('d', at('08:00'), { releasedAt: at('12:00') }, { status: 'EXPIRED', expiredAt: at('08:10') }),
  row('e', at('12:00'), {}, { status: 'REFUNDED' }),
  // Within the slack before the time that is asked for.
  row('f', '2026-01-01T09:59:30.000Z'),
];
const nobodyAtFault = () => undefined;

/** Pages of two rows. */
const historyOf = (rows: readonly HistoryRow[]): OrderHistory => ({
  page: async (after) => {
    const start = Number(after?.['start'] ?? 0);
    const more = start + 2 < rows.length ? { next: { start: start + 2 } } : {};
    return { rows: rows.slice(start, start + 2), ...more };
  },
});
const history = historyOf(rows);

it('tells all events of the orders that changed since, and names what it could not read', async () => {
  const told: OrderEvent[] = [];
  const events = { publish: async (some: readonly OrderEvent[]) => void told.push(...some) };
  const seen: number[] = [];
  const done = await replayEvents(
    { history, events, faultIn: nobodyAtFault },
    Date.parse(at('10:00')),
    newPatience,
    ({ orders }) => seen.push(orders),
  );
  expect(told.map(({ eventId }) => eventId)).toEqual([
    `${idOf('a')}:PENDING_PAYMENT`,
    `${idOf('c')}:PENDING_PAYMENT`,
    `${idOf('c')}:PAID`,
    `${idOf('d')}:PENDING_PAYMENT`,
    `${idOf('d')}:EXPIRED`,
    `${idOf('f')}:PENDING_PAYMENT`,
  ]);
  expect(done).toMatchObject({ orders: 7, changed: 4, events: 6 });
  expect(done.unreadable).toEqual([
    'ord_x: no JSON',
    expect.stringContaining(`${idOf('e')}: Error: the order is REFUNDED`),
  ]);
  expect(seen).toEqual([2, 4, 6, 7]);
});

it('tells nothing that readers could not read, and names whose it is', async () => {
  const lines = [{ sku: 'tee' as Sku, name: 'Tee', quantity: 1, unitPriceMinor: 100 }];
  const sound = row('a', at('10:00'), {}, { lines, totalMinor: 100 });
  const nobodys = row('b', at('10:00'), { userId: '' as UserId }, { lines, totalMinor: 100 });
  const told: OrderEvent[] = [];
  const events = { publish: async (some: readonly OrderEvent[]) => void told.push(...some) };
  const deps = { history: historyOf([nobodys, sound]), events, faultIn };
  const done = await replayEvents(deps, 0, newPatience);
  expect(told.map(({ orderId }) => orderId)).toEqual([idOf('a')]);
  expect(done).toMatchObject({ orders: 2, changed: 1, events: 1 });
  expect(done.unreadable).toEqual([
    expect.stringContaining(`${idOf('b')}: ✖ Invalid input\n  → at userId`),
  ]);
});

it('does not go on past an outage', async () => {
  const publish = async () => Promise.reject(new Unavailable('kafka', 'unknown'));
  const deps = { history, events: { publish }, faultIn: nobodyAtFault };
  const replaying = replayEvents(deps, 0, newPatience);
  await expect(replaying).rejects.toThrow(Unavailable);
});
