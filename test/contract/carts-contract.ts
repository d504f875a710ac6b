import assert from 'node:assert/strict';
import { orderIdOf, type Sku, type UserId } from '../../lib/domain/ids.ts';
import type { OrderEvent } from '../../lib/domain/order-event.ts';
import { Patience } from '../../lib/domain/patience.ts';
import type { Carts } from '../../lib/ports/carts.ts';
import { clearCarts } from '../../lib/usecases/clear-carts.ts';
import { findCart } from '../../lib/usecases/find-cart.ts';
import { putCartItem } from '../../lib/usecases/put-cart-item.ts';
import { removeCartItem } from '../../lib/usecases/remove-cart-item.ts';
import { freshSku, freshToken, freshUser, tally, times } from './bench-shop.ts';

const NOW_MS = Date.parse('2026-03-10T12:00:00Z');

/** A user in front of the shop, at a moment that the test moves. */
class Shopper {
  readonly userId = freshUser() as UserId;
  nowMs = NOW_MS;
  readonly #carts: Carts;

  constructor(carts: Carts) {
    this.#carts = carts;
  }

  patience(): Patience {
    const sleep = () => new Promise<void>((ok) => setImmediate(ok));
    const timing = { nowMs: () => this.nowMs, sleep, random: () => 0.5 };
    return new Patience(timing, { deadlineMs: this.nowMs + 20_000, callMsMax: 1_000 });
  }

  put(sku: Sku, quantity: number) {
    const everything = { recall: () => [{ sku }] as never, learn: () => undefined };
    const deps = { carts: this.#carts, prices: everything, catalogue: { find: async () => [] } };
    return putCartItem(deps, { userId: this.userId, sku, quantity }, this.patience());
  }

  remove(sku: Sku) {
    return removeCartItem({ carts: this.#carts }, this.userId, sku, this.patience());
  }

  async sees(): Promise<(readonly [Sku, number])[]> {
    const cart = await findCart({ carts: this.#carts }, this.userId, this.patience());
    return cart.map(({ sku, quantity }) => [sku, quantity] as const);
  }
}

/** That a user's order of these was placed; one that waited for its turn says since when. */
export function placedEvent(
  userId: UserId,
  skus: readonly Sku[],
  createdMs: number,
  queuedMs?: number,
): OrderEvent {
  const orderId = orderIdOf(freshToken());
  const createdAt = new Date(createdMs).toISOString();
  return {
    ...{ eventId: `${orderId}:PENDING_PAYMENT`, type: 'order.placed', status: 'PENDING_PAYMENT' },
    ...{ orderId, userId, at: createdAt, createdAt, expiresAt: createdAt, currency: 'KRW' },
    ...{ lines: skus.map((sku) => ({ sku, quantity: 1, name: sku, unitPriceMinor: 1 })) },
    totalMinor: 1,
    ...(queuedMs === undefined ? {} : { queuedAt: new Date(queuedMs).toISOString() }),
  };
}

async function clear(carts: Carts, events: readonly OrderEvent[]) {
  const letter = () => assert.fail('nothing is poison here');
  const records = events.map((event, place) => ({
    ...{ place, content: { kind: 'event' as const, event }, letter },
  }));
  const patience = new Shopper(carts).patience();
  const cleared = await clearCarts({ carts, deadLetters: { keep: letter } }, records, patience);
  const { failed, errors, counts } = cleared;
  assert.deepEqual({ failed, errors }, { failed: [], errors: [] });
  return counts;
}

/** One promise of the port: `run` gets carts that others may write too, and rejects if it is broken. */
export interface CartsPromise {
  readonly name: string;
  readonly run: (carts: Carts) => Promise<void>;
}

/** What all carts promise. */
export const cartsContract: readonly CartsPromise[] = [
  {
    name: 'keeps what was put, in the order in which it came in, for each user apart',
    run: async (carts) => {
      const [ann, bob] = [new Shopper(carts), new Shopper(carts)];
      const [z, a, m] = times(3, (i) => freshSku('zam'.charAt(i))) as [Sku, Sku, Sku];
      assert.deepEqual(await ann.sees(), []);
      for (const sku of [z, a, m]) {
        ann.nowMs += 1;
        assert.deepEqual(await ann.put(sku, 2), { kind: 'put' });
      }
      assert.deepEqual(await bob.put(a, 99), { kind: 'put' });
      assert.deepEqual(await ann.sees(), [[z, 2], [a, 2], [m, 2]]); // prettier-ignore
      assert.deepEqual(await bob.sees(), [[a, 99]]);
    },
  },
  {
    name: 'changes a quantity in its place, and gives a product that comes back a new one',
    run: async (carts) => {
      const ann = new Shopper(carts);
      const [z, a] = [freshSku('z'), freshSku('a')];
      for (const sku of [z, a]) {
        ann.nowMs += 1;
        await ann.put(sku, 1);
      }
      ann.nowMs += 1;
      await ann.put(z, 7);
      assert.deepEqual(await ann.sees(), [[z, 7], [a, 1]]); // prettier-ignore
      assert.deepEqual(await ann.remove(z), { kind: 'removed' });
      assert.deepEqual(await ann.sees(), [[a, 1]]);
      ann.nowMs += 1;
      await ann.put(z, 3);
      assert.deepEqual(await ann.sees(), [[a, 1], [z, 3]]); // prettier-ignore
    },
  },
  {
    name: 'removes what is there, and finds nothing wrong with what is not',
    run: async (carts) => {
      const ann = new Shopper(carts);
      const [a, b] = [freshSku('a'), freshSku('b')];
      assert.deepEqual(await ann.remove(a), { kind: 'removed' });
      await ann.put(a, 1);
      assert.deepEqual(await ann.remove(b), { kind: 'removed' });
      assert.deepEqual(await ann.sees(), [[a, 1]]);
      assert.deepEqual(await ann.remove(a), { kind: 'removed' });
      assert.deepEqual(await ann.remove(a), { kind: 'removed' });
      assert.deepEqual(await ann.sees(), []);
      assert.deepEqual(await ann.put(b, 4), { kind: 'put' });
      assert.deepEqual(await ann.sees(), [[b, 4]]);
    },
  },
  {
    name: 'holds 100 products, and no more when they come at once',
    run: async (carts) => {
      const ann = new Shopper(carts);
      const skus = times(110, (i) => freshSku(`s${i}`));
      const told = await Promise.all(skus.map((sku) => ann.put(sku, 1)));
      assert.deepEqual(tally(told), { put: 100, full: 10 });
      const inside = new Set((await ann.sees()).map(([sku]) => sku));
      const put = skus.filter((_, i) => told[i]?.kind === 'put');
      assert.deepEqual(inside, new Set(put));
      const [first] = put;
      const outside = skus.find((sku) => !inside.has(sku));
      assert.ok(first !== undefined && outside !== undefined);
      assert.deepEqual(await ann.put(first, 9), { kind: 'put' });
      assert.deepEqual(await ann.put(outside, 1), { kind: 'full' });
      await ann.remove(first);
      assert.deepEqual(await ann.put(outside, 1), { kind: 'put' });
      assert.equal((await ann.sees()).length, 100);
    },
  },
  {
    name: 'has one cart for a user whose first items come at once',
    run: async (carts) => {
      const ann = new Shopper(carts);
      const skus = times(12, (i) => freshSku(`s${i}`));
      const told = await Promise.all(skus.map((sku) => ann.put(sku, 5)));
      assert.deepEqual(tally(told), { put: 12 });
      assert.deepEqual(new Map(await ann.sees()), new Map(skus.map((sku) => [sku, 5])));
    },
  },
  {
    name: 'does not let a choice that was held up undo a later one',
    run: async (carts) => {
      const { userId } = new Shopper(carts);
      const sku = freshSku('a');
      const put = (quantity: number, putAtMs: number) =>
        carts.put(userId, { sku, quantity, putAtMs });
      assert.deepEqual(await put(1, NOW_MS), { kind: 'put' });
      assert.deepEqual(await put(5, NOW_MS + 2), { kind: 'put' });
      assert.deepEqual(await put(3, NOW_MS + 1), { kind: 'overtaken', putAtMs: NOW_MS + 2 });
      assert.deepEqual(await carts.find([userId]), new Map([
        [userId, [{ sku, quantity: 5, putAtMs: NOW_MS + 2, addedAtMs: NOW_MS }]],
      ])); // prettier-ignore
    },
  },
  {
    name: 'lets the last word stand, also one by a clock that is behind',
    run: async (carts) => {
      const ann = new Shopper(carts);
      const sku = freshSku('a');
      await ann.put(sku, 1);
      ann.nowMs -= 60_000;
      assert.deepEqual(await ann.put(sku, 2), { kind: 'put' });
      assert.deepEqual(await ann.sees(), [[sku, 2]]);
      assert.deepEqual(await ann.remove(sku), { kind: 'removed' });
      assert.deepEqual(await ann.sees(), []);
    },
  },
  {
    name: 'removes a cut whole: all of it, or nothing and tells the cart',
    run: async (carts) => {
      const { userId } = new Shopper(carts);
      const [a, b, c] = ['a', 'b', 'c'].map((name) => freshSku(name)) as [Sku, Sku, Sku];
      for (const [i, sku] of [a, b, c].entries()) {
        await carts.put(userId, { sku, quantity: 1, putAtMs: NOW_MS + i });
      }
      const item = (sku: Sku, i: number) => ({
        ...{ sku, quantity: 1, putAtMs: NOW_MS + i, addedAtMs: NOW_MS + i },
      });
      const cart = [a, b, c].map(item);
      const early = new Map([[a, NOW_MS], [b, NOW_MS]]); // prettier-ignore
      assert.deepEqual(await carts.remove(userId, early), { kind: 'moved', cart });
      const absent = new Map([[a, NOW_MS], [freshSku('x'), NOW_MS]]); // prettier-ignore
      assert.deepEqual(await carts.remove(userId, absent), { kind: 'moved', cart });
      const right = new Map([[a, NOW_MS], [b, NOW_MS + 1]]); // prettier-ignore
      assert.deepEqual(await carts.remove(userId, right), { kind: 'removed' });
      assert.deepEqual(await carts.find([userId]), new Map([[userId, [item(c, 2)]]]));
      const gone = { kind: 'moved', cart: [item(c, 2)] };
      assert.deepEqual(await carts.remove(userId, right), gone);
      const nobody = new Shopper(carts).userId;
      assert.deepEqual(await carts.remove(nobody, right), { kind: 'moved', cart: [] });
    },
  },
  {
    name: 'removes 100 products at once',
    run: async (carts) => {
      const ann = new Shopper(carts);
      const skus = times(100, (i) => freshSku('s'.repeat(40) + String(i)));
      for (const sku of skus) await ann.put(sku, 99);
      const cut = new Map(skus.map((sku) => [sku, NOW_MS]));
      assert.deepEqual(await carts.remove(ann.userId, cut), { kind: 'removed' });
      assert.deepEqual(await ann.sees(), []);
    },
  },
  {
    name: 'finds many carts, and leaves out who has none',
    run: async (carts) => {
      const shoppers = times(100, () => new Shopper(carts));
      const sku = freshSku('a');
      await Promise.all(shoppers.slice(1).map((ann) => ann.put(sku, 1)));
      const found = await carts.find(shoppers.map(({ userId }) => userId));
      assert.deepEqual(
        new Set(found.keys()),
        new Set(shoppers.slice(1).map(({ userId }) => userId)),
      );
      assert.deepEqual(await carts.find([]), new Map());
    },
  },
  {
    name: 'loses what was ordered, but for what was put or changed after the order',
    run: async (carts) => {
      const ann = new Shopper(carts);
      const [a, b, c, d] = times(4, (i) => freshSku('abcd'.charAt(i))) as [Sku, Sku, Sku, Sku];
      for (const sku of [a, b, c]) await ann.put(sku, 1);
      const order = placedEvent(ann.userId, [a, b, d], NOW_MS);
      ann.nowMs += 1;
      await ann.put(b, 2);
      await ann.put(d, 1);
      assert.deepEqual(await clear(carts, [order]), { cleared: 1 });
      assert.deepEqual(await ann.sees(), [[b, 2], [c, 1], [d, 1]]); // prettier-ignore
      ann.nowMs += 1;
      await ann.put(a, 5);
      assert.deepEqual(await clear(carts, [order, order]), { untouched: 2 });
      assert.equal((await ann.sees()).length, 4);
    },
  },
  {
    name: 'loses what many orders in one batch took, each to its own moment',
    run: async (carts) => {
      const shoppers = times(105, () => new Shopper(carts));
      const [a, b] = [freshSku('a'), freshSku('b')];
      const filling = shoppers.slice(0, 103).map(async (ann) => {
        await ann.put(a, 1);
        ann.nowMs += 10;
        await ann.put(b, 1);
      });
      await Promise.all(filling);
      const events = shoppers.flatMap(({ userId }) => [
        placedEvent(userId, [a, b], NOW_MS + 5),
        placedEvent(userId, [a], NOW_MS + 1),
      ]);
      assert.deepEqual(await clear(carts, events), { cleared: 206, untouched: 4 });
      for (const ann of shoppers.slice(0, 103)) assert.deepEqual(await ann.sees(), [[b, 1]]);
    },
  },
  {
    name: 'loses what was ordered once, when readers of the events and its owner meet',
    run: async (carts) => {
      const ann = new Shopper(carts);
      const skus = times(20, (i) => freshSku(`s${i}`));
      for (const sku of skus) await ann.put(sku, 1);
      const orders = skus.slice(0, 15).map((sku) => placedEvent(ann.userId, [sku], NOW_MS));
      ann.nowMs += 1;
      const changed = skus.slice(10);
      await Promise.all([
        ...[clear(carts, orders), clear(carts, orders.toReversed()), clear(carts, orders)],
        ...changed.map((sku) => ann.put(sku, 2)),
      ]);
      assert.deepEqual(new Map(await ann.sees()), new Map(changed.map((sku) => [sku, 2])));
    },
  },
  {
    name: 'takes every SKU, also one that is the name of something else',
    run: async (carts) => {
      const ann = new Shopper(carts);
      const odd = ['__proto__', 'constructor', 'items', '-', '0', '_', 'size'] as string[] as Sku[];
      for (const sku of odd) {
        ann.nowMs += 1;
        assert.deepEqual(await ann.put(sku, 3), { kind: 'put' });
      }
      assert.deepEqual(await ann.sees(), odd.map((sku) => [sku, 3])); // prettier-ignore
      for (const sku of odd) await ann.remove(sku);
      assert.deepEqual(await ann.sees(), []);
    },
  },
];
