import { describe, expect, it } from '@jest/globals';
import { memoryShop } from '../../../lib/adapters/memory/shop.ts';
import type { Sku, UserId } from '../../../lib/domain/ids.ts';
import type { OrderEvent } from '../../../lib/domain/order-event.ts';
import { Patience } from '../../../lib/domain/patience.ts';
import { Unavailable } from '../../../lib/domain/unavailable.ts';
import { clearRecords } from '../../../lib/messaging/clear-records.ts';
import type { ConsumedRecord } from '../../../lib/messaging/consumed-record.ts';
import { encodeEvent } from '../../../lib/messaging/order-event-record.ts';
import { tallyRecords } from '../../../lib/messaging/tally-records.ts';
import type { Carts } from '../../../lib/ports/carts.ts';
import { placedEvent } from '../../contract/carts-contract.ts';
import { times } from '../../contract/bench-shop.ts';

const NOW_MS = Date.parse('2026-03-10T12:00:00Z');
const [ann, bob] = ['ann', 'bob'] as string[] as [UserId, UserId];
const [tee, mug, cap] = ['tee', 'mug', 'cap'] as string[] as [Sku, Sku, Sku];

function patience(): Patience {
  let nowMs = NOW_MS;
  const sleep = async (ms: number) => {
    nowMs += ms;
  };
  const timing = { nowMs: () => nowMs, sleep, random: () => 0.5 };
  return new Patience(timing, { deadlineMs: NOW_MS + 45_000, callMsMax: 1_000 });
}

const recordOf = (event: OrderEvent, offset: number): ConsumedRecord => ({
  ...{ topic: 'order-events', partition: 0, offset, headers: [] },
  ...{ key: Buffer.from(event.orderId), value: Buffer.from(encodeEvent(event)) },
});

/** Carts in memory, what was asked of them, and what of it goes wrong. */
function shop(altered: (carts: Carts) => Partial<Carts> = () => ({})) {
  const { carts, deadLetters } = memoryShop();
  const asked = { finds: [] as number[], removals: 0 };
  const broken = { ...carts, ...altered(carts) };
  const noted: Carts = {
    ...broken,
    find: (userIds) => {
      asked.finds.push(userIds.length);
      return broken.find(userIds);
    },
    remove: (...what) => {
      asked.removals += 1;
      return broken.remove(...what);
    },
  };
  return {
    asked,
    put: (userId: UserId, sku: Sku, putAtMs: number) =>
      carts.put(userId, { sku, quantity: 1, putAtMs }),
    clear: (events: readonly OrderEvent[]) =>
      clearRecords({ carts: noted, deadLetters }, events.map(recordOf), patience()),
    skusOf: async (userId: UserId) =>
      ((await carts.find([userId])).get(userId) ?? []).map(({ sku }) => sku),
  };
}

const failed = (...offsets: number[]) =>
  offsets.map((offset) => expect.objectContaining({ partition: 0, offset }));

describe('clearing carts', () => {
  it('removes what was ordered, all orders of a user in one write', async () => {
    const { put, clear, asked, skusOf } = shop();
    for (const sku of [tee, mug, cap]) await put(ann, sku, NOW_MS);
    const orders = [[tee], [mug], [tee]].map((skus) => placedEvent(ann, skus, NOW_MS + 1));
    expect(await clear(orders)).toMatchObject({ failed: [], counts: { cleared: 3 } });
    expect(asked).toEqual({ finds: [1], removals: 1 });
    expect(await skusOf(ann)).toEqual([cap]);
  });

  it('writes nothing for whoever ordered without a cart, and finds 100 carts at once', async () => {
    const { clear, asked } = shop();
    const orders = times(250, (i) => placedEvent(`user-${i}` as UserId, [tee], NOW_MS));
    expect(await clear(orders)).toMatchObject({ failed: [], counts: { untouched: 250 } });
    expect(asked).toEqual({ finds: [100, 100, 50], removals: 0 });
  });

  it('counts an item that was put in the moment of the order as put before it', async () => {
    const { put, clear, skusOf } = shop();
    await put(ann, tee, NOW_MS);
    await put(ann, mug, NOW_MS + 1);
    await clear([placedEvent(ann, [tee, mug], NOW_MS)]);
    expect(await skusOf(ann)).toEqual([mug]);
  });

  it('leaves what was put while the order waited for its turn', async () => {
    const { put, clear, skusOf } = shop();
    await put(ann, tee, NOW_MS);
    await put(ann, mug, NOW_MS + 30_000);
    await clear([placedEvent(ann, [tee, mug], NOW_MS + 60_000, NOW_MS + 10_000)]);
    expect(await skusOf(ann)).toEqual([mug]);
  });

  it('lets nothing but a placed order clear', async () => {
    const { put, clear, asked, skusOf } = shop();
    await put(ann, tee, NOW_MS);
    const placed = placedEvent(ann, [tee], NOW_MS + 1);
    const { orderId, userId, at } = placed;
    const step = (status: string, more: object) => ({
      ...{ ...placed, status, type: `order.${status.toLowerCase()}` },
      ...{ eventId: `${orderId}:${status}`, ...more },
    });
    const paid = { paidAt: at, paymentId: `pay_${'a'.repeat(26)}` };
    const told = [
      step('PAID', paid),
      step('EXPIRED', {}),
      step('CANCELLED', paid),
      step('REFUNDED', paid),
      {
        ...{ eventId: `${orderId}:REJECTED`, type: 'order.rejected', status: 'REJECTED' },
        ...{ orderId, userId, at },
        shortages: [{ sku: tee, requestedUnits: 1, availableUnits: 0 }],
      },
    ] as OrderEvent[];
    expect(await clear(told)).toMatchObject({ failed: [], counts: { ignored: 5 } });
    expect(asked).toEqual({ finds: [], removals: 0 });
    expect(await skusOf(ann)).toEqual([tee]);
  });

  it('leaves what its owner changes while it is cleared', async () => {
    let changed = false;
    const { put, clear, asked, skusOf } = shop((carts) => ({
      remove: async (userId, cut) => {
        if (!changed) await carts.put(userId, { sku: mug, quantity: 2, putAtMs: NOW_MS + 5 });
        changed = true;
        return carts.remove(userId, cut);
      },
    }));
    for (const sku of [tee, mug]) await put(ann, sku, NOW_MS);
    const told = await clear([placedEvent(ann, [tee, mug], NOW_MS + 1)]);
    expect(told).toMatchObject({ failed: [], counts: { cleared: 1 } });
    expect(asked.removals).toBe(2);
    expect(await skusOf(ann)).toEqual([mug]);
  });

  it('lets the events of one user come again when that cart can not be written', async () => {
    const { put, clear, skusOf } = shop((carts) => ({
      remove: async (userId, cut) =>
        userId === ann ? { kind: 'contended' } : carts.remove(userId, cut),
    }));
    await put(ann, tee, NOW_MS);
    await put(bob, tee, NOW_MS);
    const orders = [bob, ann, bob, ann].map((user) => placedEvent(user, [tee], NOW_MS + 1));
    const told = await clear(orders);
    expect(told).toMatchObject({ failed: failed(1, 3), counts: { cleared: 2 } });
    expect(told.errors).toEqual([expect.any(Unavailable)]);
    expect([await skusOf(ann), await skusOf(bob)]).toEqual([[tee], []]);
  });

  it('lets a batch come again when no cart can be read', async () => {
    const { clear } = shop(() => ({
      find: async () => {
        throw new Unavailable('dynamodb', 'none');
      },
    }));
    const told = await clear([ann, bob].map((user) => placedEvent(user, [tee], NOW_MS)));
    expect(told).toMatchObject({ failed: failed(0, 1), counts: {} });
  });
});

it('makes one dead letter of a record that no reader of the events can read', async () => {
  const { carts, deadLetters, sales } = memoryShop();
  const bad = { ...recordOf(placedEvent(ann, [tee], NOW_MS), 7), value: Buffer.from('no JSON') };
  const readers = [
    await clearRecords({ carts, deadLetters }, [bad], patience()),
    await tallyRecords({ sales, deadLetters }, [bad], patience()),
  ];
  for (const told of readers) expect(told).toMatchObject({ failed: [], counts: { poison: 1 } });
  const { items } = await deadLetters.list(10, undefined);
  expect(items).toMatchObject([{ topic: 'order-events', offset: 7, reason: 'not-json' }]);
});
