import assert from 'node:assert/strict';
import type { OrderId, Sku } from '../../lib/domain/ids.ts';
import { orderIdOf } from '../../lib/domain/ids.ts';
import type { OrderEvent, StepEvent } from '../../lib/domain/order-event.ts';
import { Patience } from '../../lib/domain/patience.ts';
import { mostSold } from '../../lib/domain/sale.ts';
import type { Sales } from '../../lib/ports/sales.ts';
import { tallySales } from '../../lib/usecases/tally-sales.ts';
import { freshSku, freshToken, times } from './bench-shop.ts';

const NOW_MS = Date.parse('2026-03-10T12:00:00Z');
const TODAY = '2026-03-10';

const patience = () => {
  const sleep = () => new Promise<void>((ok) => setImmediate(ok));
  const timing = { nowMs: () => NOW_MS, sleep, random: () => 0.5 };
  return new Patience(timing, { deadlineMs: NOW_MS + 20_000, callMsMax: 1_000 });
};

type Lines = readonly (readonly [Sku, number])[];

/** The events of one order that was paid: what it is told as, and as what it may end. */
function paidOrder(lines: Lines, paidAt = `${TODAY}T08:00:00.000Z`) {
  const orderId = orderIdOf(freshToken());
  const step = (type: StepEvent['type']): OrderEvent => ({
    ...{ eventId: `${orderId}:${type}`, type, status: 'PAID', orderId, userId: 'ann' as never },
    lines: lines.map(([sku, quantity]) => ({ sku, quantity, name: sku, unitPriceMinor: 1 })),
    ...{ at: paidAt, totalMinor: 1, currency: 'KRW', createdAt: paidAt, expiresAt: paidAt },
    ...(type === 'order.placed' || type === 'order.expired' ? {} : { paidAt }),
  });
  return {
    placed: step('order.placed'),
    paid: step('order.paid'),
    cancelled: step('order.cancelled'),
    refunded: step('order.refunded'),
  };
}

async function tally(sales: Sales, events: readonly OrderEvent[]) {
  const letter = () => assert.fail('nothing is poison here');
  const deadLetters = { keep: letter };
  const records = events.map((event, place) => ({
    ...{ place, content: { kind: 'event' as const, event }, letter },
  }));
  const { failed, counts, errors } = await tallySales({ sales, deadLetters }, records, patience());
  assert.deepEqual({ failed, errors }, { failed: [], errors: [] });
  return counts;
}

/** The units of some products, on some days; what others count in the same table is left out. */
async function unitsOf(sales: Sales, skus: readonly Sku[], days = [TODAY]): Promise<number[]> {
  const units = await sales.paidUnits(days);
  return skus.map((sku) => units.get(sku) ?? 0);
}

/** One promise of the port: `run` gets a count that others may write too, and rejects if it is broken. */
export interface SalesPromise {
  readonly name: string;
  readonly run: (sales: Sales) => Promise<void>;
}

const once = { status: 'fulfilled' } as const;

/** What every count of sales promises. */
export const salesContract: readonly SalesPromise[] = [
  {
    name: 'counts the units of paid orders, and of no others',
    run: async (sales) => {
      const [a, b] = [freshSku('a'), freshSku('b')];
      const [one, two] = [paidOrder([[a, 2]]), paidOrder([[a, 3], [b, 1]])]; // prettier-ignore
      await tally(sales, [one.placed, two.placed]);
      assert.deepEqual(await unitsOf(sales, [a, b]), [0, 0]);
      assert.deepEqual(await tally(sales, [one.paid, two.paid]), { counted: 2, known: 0 });
      assert.deepEqual(await unitsOf(sales, [a, b]), [5, 1]);
    },
  },
  {
    name: 'counts an event once, however often it comes',
    run: async (sales) => {
      const a = freshSku('a');
      const { paid } = paidOrder([[a, 2]]);
      await tally(sales, [paid, paid]);
      assert.deepEqual(await tally(sales, [paid]), { counted: 0, known: 1 });
      const other = paidOrder([[a, 4]]).paid;
      assert.deepEqual(await tally(sales, [paid, other, paid]), { counted: 1, known: 1 });
      assert.deepEqual(await unitsOf(sales, [a]), [6]);
    },
  },
  {
    name: 'takes back what was cancelled or refunded, once, on the day of the payment',
    run: async (sales) => {
      const a = freshSku('a');
      const yesterday = '2026-03-09';
      const early = paidOrder([[a, 2]], `${yesterday}T23:59:59.999Z`);
      const late = paidOrder([[a, 3]], `${TODAY}T00:00:00.000Z`);
      const stays = paidOrder([[a, 5]], `${yesterday}T01:00:00.000Z`);
      await tally(sales, [early.paid, late.paid, stays.paid]);
      assert.deepEqual(await unitsOf(sales, [a], [yesterday]), [7]);
      await tally(sales, [early.cancelled]);
      await tally(sales, [early.cancelled, early.paid]);
      assert.deepEqual(await unitsOf(sales, [a], [yesterday]), [5]);
      await tally(sales, [late.refunded, late.refunded]);
      assert.deepEqual(await unitsOf(sales, [a], [TODAY]), [0]);
      assert.deepEqual(await unitsOf(sales, [a], [TODAY, yesterday]), [5]);
    },
  },
  {
    name: 'never counts an order whose end came first',
    run: async (sales) => {
      const [a, b] = [freshSku('a'), freshSku('b')];
      const [one, two] = [paidOrder([[a, 2]]), paidOrder([[b, 2]])];
      await tally(sales, [one.cancelled]);
      assert.deepEqual(await unitsOf(sales, [a]), [0]);
      await tally(sales, [one.paid]);
      await tally(sales, [two.refunded, two.paid]);
      await tally(sales, [two.paid, one.paid, one.cancelled]);
      assert.deepEqual(await unitsOf(sales, [a, b]), [0, 0]);
    },
  },
  {
    name: 'counts a batch in which some were counted before',
    run: async (sales) => {
      const a = freshSku('a');
      const orders = times(30, () => paidOrder([[a, 1]]));
      await tally(sales, orders.slice(0, 10).map(({ paid }) => paid)); // prettier-ignore
      await tally(sales, orders.slice(5, 8).map(({ cancelled }) => cancelled)); // prettier-ignore
      await tally(sales, orders.map(({ paid }) => paid)); // prettier-ignore
      assert.deepEqual(await unitsOf(sales, [a]), [27]);
    },
  },
  {
    name: 'counts more than one transaction holds, of orders with 40 lines too',
    run: async (sales) => {
      const skus = times(80, (i) => freshSku(`s${i}`));
      const wide = times(4, (i) => skus.slice(i * 20, i * 20 + 20).flatMap((sku) => [[sku, 2]])) as Lines[]; // prettier-ignore
      const [first] = skus;
      assert.ok(first !== undefined);
      const many = times(250, () => paidOrder([[first, 1]]).paid);
      await tally(sales, [...wide.map((lines) => paidOrder(lines).paid), ...many]);
      assert.deepEqual(await unitsOf(sales, skus), [252, ...times(79, () => 2)]);
    },
  },
  {
    name: 'counts each order once when readers of the same events meet',
    run: async (sales) => {
      const a = freshSku('a');
      const orders = times(12, () => paidOrder([[a, 1]]));
      const paid = orders.map((one) => one.paid);
      const ended = orders.slice(0, 4).map(({ cancelled }) => cancelled);
      const readers = [paid, [...paid].reverse(), [...paid, ...ended], ended];
      const told = await Promise.allSettled(readers.map((events) => tally(sales, events)));
      assert.deepEqual(told.map(({ status }) => ({ status })), times(4, () => once)); // prettier-ignore
      assert.deepEqual(await unitsOf(sales, [a]), [8]);
    },
  },
  {
    name: 'does nothing at all for a plan that is not right, and tells the phases as they are',
    run: async (sales) => {
      const [a, day] = [freshSku('a'), TODAY];
      const [x, y] = times(2, () => orderIdOf(freshToken())) as [OrderId, OrderId];
      const counters = [{ day, sku: a, units: 1 }];
      const counted = { from: 'none', to: 'counted', day } as const;
      const count = (...marks: Parameters<Sales['count']>[0]['marks']) =>
        sales.count({ marks, counters });
      assert.deepEqual(await count({ orderId: x, ...counted }), { kind: 'counted' });
      const both = [x, y].map((orderId) => ({ orderId, ...counted }));
      assert.deepEqual(await count(...both), { kind: 'moved', known: new Map([[x, 'counted']]) });
      const ended = { orderId: y, from: 'counted', to: 'ended', day } as const;
      assert.deepEqual(await count(ended), { kind: 'moved', known: new Map([[y, 'none']]) });
      assert.deepEqual(await unitsOf(sales, [a]), [1]);
      assert.deepEqual(await count({ orderId: y, ...counted }), { kind: 'counted' });
      assert.deepEqual(await unitsOf(sales, [a]), [2]);
    },
  },
  {
    name: 'leaves out what was paid too long ago to be asked for',
    run: async (sales) => {
      const a = freshSku('a');
      const oldest = paidOrder([[a, 1]], '2026-02-08T00:00:00.000Z');
      const older = paidOrder([[a, 1]], '2026-02-07T23:59:59.999Z');
      assert.deepEqual(await tally(sales, [oldest.paid, older.paid]), {
        ...{ ignored: 1, counted: 1, known: 0 },
      });
      assert.deepEqual(await unitsOf(sales, [a], ['2026-02-07', '2026-02-08']), [1]);
    },
  },
  {
    name: 'names the products that sold most',
    run: async (sales) => {
      const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => freshSku(name));
      assert.ok(a && b && c && d);
      const gone = paidOrder([[d, 9]]);
      await tally(sales, [
        ...[paidOrder([[b, 3]]), paidOrder([[a, 3]]), paidOrder([[c, 7]]), gone].map((o) => o.paid),
        gone.cancelled,
      ]);
      const units = await sales.paidUnits([TODAY]);
      const own = new Map([...units].filter(([sku]) => [a, b, c, d].includes(sku)));
      assert.deepEqual(mostSold(own, 5), [
        { sku: c, paidUnits: 7 },
        { sku: a, paidUnits: 3 },
        { sku: b, paidUnits: 3 },
      ]);
      assert.deepEqual(mostSold(own, 1), [{ sku: c, paidUnits: 7 }]);
    },
  },
];
