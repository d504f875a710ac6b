import assert from 'node:assert/strict';
import { type Group, planGroup } from '../../lib/domain/group.ts';
import type { Fence, Sku, UserId } from '../../lib/domain/ids.ts';
import { pendingOrder } from '../../lib/domain/order.ts';
import type { Placement } from '../../lib/domain/placement.ts';
import { orderIdOf } from '../../lib/domain/ids.ts';
import { placeGroup } from '../../lib/strategies/place-group.ts';
import {
  type BenchShop,
  freshRequest,
  freshToken,
  type Promised,
  RESERVATION_MS,
  tally,
  times,
} from './bench-shop.ts';

/** An order on its way, as a strategy is given it. */
export async function placement(
  shop: BenchShop,
  sku: Sku,
  quantity: number,
  { token = freshToken(), requestId = freshRequest(), fingerprint = String(quantity) } = {},
): Promise<Placement> {
  const [offer] = await shop.ports.catalogue.find([sku]);
  assert.ok(offer);
  const order = pendingOrder({
    orderId: orderIdOf(token),
    lines: [{ sku, quantity }],
    offers: new Map([[sku, offer]]),
    currency: 'KRW',
    nowMs: shop.nowMs,
    reservationMs: RESERVATION_MS,
  });
  const versions = new Map([[sku, offer.catalogueVersion]]);
  return { userId: 'ann' as UserId, requestId, fingerprint, order, versions };
}

const placements = (shop: BenchShop, sku: Sku, quantities: readonly number[]) =>
  Promise.all(quantities.map((quantity) => placement(shop, sku, quantity)));

const group = (shop: BenchShop, { sku, placements, fence }: Group) =>
  placeGroup(
    shop.ports.stock,
    { sku, placements, ...(fence === undefined ? {} : { fence }) },
    shop.patience(),
  );

const kinds = (outcomes: readonly { readonly kind: string }[]) => outcomes.map(({ kind }) => kind);

async function plan(shop: BenchShop, sku: Sku, orders: readonly Placement[]) {
  const shelf = await shop.ports.stock.shelf(sku);
  const { plan } = planGroup(shelf, { sku, placements: orders }, new Map());
  assert.ok(plan);
  return plan;
}

const exists = async (shop: BenchShop, { order }: Placement): Promise<boolean> =>
  (await shop.ports.orders.find(order.orderId)) !== undefined;

/** What every store promises of orders that are decided together, and of guards. */
export const groupContract: readonly Promised[] = [
  {
    name: 'fills a group first come, first served, and lets smaller orders pass',
    run: async (shop) => {
      const sku = await shop.stocked('a', 7);
      const orders = await placements(shop, sku, [3, 5, 2, 3, 2, 1]);
      const outcomes = await group(shop, { sku, placements: orders });
      assert.deepEqual(kinds(outcomes), [
        ...['placed', 'insufficient', 'placed', 'insufficient', 'placed', 'insufficient'],
      ]);
      assert.equal(await shop.left(sku), 0);
      const stored = await Promise.all(orders.map((one) => exists(shop, one)));
      assert.deepEqual(stored, [true, false, true, false, true, false]);
      const [, second] = outcomes;
      assert.ok(second?.kind === 'insufficient');
      const [shortage] = second.shortages;
      assert.deepEqual([shortage?.requestedUnits, shortage?.availableUnits], [5, 4]);
    },
  },
  {
    name: 'decides 99 orders in one transaction, and a refused group without taking any',
    run: async (shop) => {
      const sku = await shop.stocked('a', 100);
      const many = await placements(shop, sku, Array<number>(99).fill(1));
      assert.deepEqual(tally(await group(shop, { sku, placements: many })), { placed: 99 });
      const late = await placements(shop, sku, Array<number>(99).fill(2));
      assert.deepEqual(tally(await group(shop, { sku, placements: late })), { insufficient: 99 });
      assert.equal(await shop.left(sku), 1);
    },
  },
  {
    name: 'carries out no plan for which the stock is too low or too high',
    run: async (shop) => {
      const { stock } = shop.ports;
      const sku = await shop.stocked('a', 4);
      const low = await plan(shop, sku, await placements(shop, sku, [2, 2]));
      await shop.adjust(sku, -1);
      const tooLow = await stock.placeMany(low);
      assert.ok(tooLow.kind === 'moved');
      assert.equal(tooLow.shelf?.availableUnits, 3);

      const high = await plan(shop, sku, await placements(shop, sku, [2, 2]));
      await shop.adjust(sku, 1);
      assert.equal((await stock.placeMany(high)).kind, 'moved');
      const none = await plan(shop, sku, await placements(shop, sku, [5]));
      await shop.adjust(sku, 1);
      assert.equal((await stock.placeMany(none)).kind, 'moved');
      assert.equal(await shop.left(sku), 5);
      await shop.adjust(sku, -1);
      assert.equal((await stock.placeMany(none)).kind, 'carried-out');
    },
  },
  {
    name: 'tells which orders of a plan exist, and then gives their units to those behind',
    run: async (shop) => {
      const sku = await shop.stocked('a', 3);
      const [first, second, third, fourth] = await placements(shop, sku, [1, 1, 1, 1]);
      assert.ok(first && second && third && fourth);
      await shop.ports.stock.place(first);
      await shop.adjust(sku, 1);
      const made = await plan(shop, sku, [first, second, third, fourth]);
      const answer = await shop.ports.stock.placeMany(made);
      assert.ok(answer.kind === 'moved');
      assert.deepEqual([...answer.known.keys()], [first.order.orderId]);
      const again = { ...first, requestId: freshRequest() };
      const outcomes = await group(shop, { sku, placements: [again, second, third, fourth] });
      assert.deepEqual(kinds(outcomes), ['replayed', 'placed', 'placed', 'placed']);
      assert.equal(await shop.left(sku), 0);
    },
  },
  {
    name: 'knows a refused order of a plan that exists: it is short of nothing',
    run: async (shop) => {
      const sku = await shop.stocked('a', 2);
      const own = await placement(shop, sku, 2);
      await shop.ports.stock.place(own);
      const other = await placement(shop, sku, 1);
      const outcomes = await group(shop, { sku, placements: [own, other] });
      assert.deepEqual(kinds(outcomes), ['placed', 'insufficient']);
    },
  },
  {
    name: 'answers twins inside a group with one order, and another request with a mismatch',
    run: async (shop) => {
      const sku = await shop.stocked('a', 5);
      const token = freshToken();
      const one = await placement(shop, sku, 2, { token });
      const twin = { ...one, requestId: freshRequest() };
      const other = await placement(shop, sku, 1, { token });
      const outcomes = await group(shop, { sku, placements: [one, twin, one, other] });
      assert.deepEqual(kinds(outcomes), ['placed', 'replayed', 'placed', 'mismatched']);
      assert.equal(await shop.left(sku), 3);
      const replies = outcomes.map((o) => ('reply' in o ? o.reply : ''));
      assert.equal(replies[1], replies[0]);
    },
  },
  {
    name: 'lets a key that was refused come smaller in the same group',
    run: async (shop) => {
      const sku = await shop.stocked('a', 2);
      const token = freshToken();
      const large = await placement(shop, sku, 3, { token });
      const small = await placement(shop, sku, 2, { token });
      const outcomes = await group(shop, { sku, placements: [large, small, large] });
      assert.deepEqual(kinds(outcomes), ['insufficient', 'placed', 'mismatched']);
    },
  },
  {
    name: 'sells nothing at a price that is no longer in force',
    run: async (shop) => {
      const sku = await shop.stocked('a', 5);
      const old = await placement(shop, sku, 1);
      const [{ catalogueVersion } = assert.fail()] = await shop.ports.catalogue.find([sku]);
      const newVersion = freshRequest() as string as typeof catalogueVersion;
      const change = { sku, name: 'new', priceMinor: 9, newVersion, expected: [catalogueVersion] };
      const stale = await plan(shop, sku, [old]);
      await shop.ports.catalogue.change(change);
      assert.equal((await shop.ports.stock.placeMany(stale)).kind, 'moved');
      const current = await placement(shop, sku, 1);
      const outcomes = await group(shop, { sku, placements: [old, current] });
      assert.deepEqual(kinds(outcomes), ['repriced', 'placed']);
      assert.equal(await shop.left(sku), 4);
    },
  },
  {
    name: 'lets no hold of a group in that ends before the mark',
    run: async (shop) => {
      const sku = await shop.stocked('a', 5);
      const old = await placement(shop, sku, 1);
      const early = await plan(shop, sku, [old]);
      shop.nowMs += 2 * RESERVATION_MS;
      await shop.place([[sku, 1]]);
      assert.equal((await shop.ports.stock.placeMany(early)).kind, 'moved');
      const outcomes = await group(shop, {
        sku,
        placements: [old, await placement(shop, sku, 1)],
      });
      assert.deepEqual(kinds(outcomes), ['outdated', 'placed']);
    },
  },
  {
    name: 'gives the units of expired orders back that were placed in a group',
    run: async (shop) => {
      const sku = await shop.stocked('a', 9);
      const orders = await placements(shop, sku, [4, 5]);
      await group(shop, { sku, placements: orders });
      assert.equal((await shop.place([[sku, 1]])).kind, 'insufficient');
      shop.nowMs += RESERVATION_MS;
      assert.equal((await shop.place([[sku, 9]])).kind, 'placed');
    },
  },
  {
    name: 'turns away whoever comes with an older fence, and remembers the newest',
    run: async (shop) => {
      const { stock } = shop.ports;
      const sku = await shop.stocked('a', 9);
      const fence = (value: number) => ({ kind: 'fence', fence: value as Fence }) as const;
      const [a, b, c, d, e] = await placements(shop, sku, [1, 1, 1, 1, 1]);
      assert.ok(a && b && c && d && e);
      assert.equal((await stock.place(a, fence(7))).kind, 'placed');
      assert.deepEqual(await stock.place(b, fence(6)), { kind: 'superseded', fence: 7 });
      assert.equal((await stock.place(b, fence(7))).kind, 'placed');
      const old = await group(shop, { sku, placements: [c], fence: 6 as Fence });
      assert.deepEqual(old, [{ kind: 'superseded', fence: 7 }]);
      const stale = await plan(shop, sku, [c]);
      assert.equal((await stock.placeMany({ ...stale, fence: 6 as Fence })).kind, 'moved');
      const newer = await group(shop, { sku, placements: [c], fence: 9 as Fence });
      assert.deepEqual(kinds(newer), ['placed']);
      assert.deepEqual(await stock.place(d, fence(8)), { kind: 'superseded', fence: 9 });
      assert.equal((await stock.place(d)).kind, 'placed');
      assert.equal((await stock.shelf(sku))?.fence, 9);
      // Own success and replays are told whatever the fence.
      assert.equal((await stock.place(a, fence(1))).kind, 'placed');
      assert.equal(await shop.left(sku), 5);
    },
  },
  {
    name: 'takes units only if nobody moved them, where that was asked for',
    run: async (shop) => {
      const sku = await shop.stocked('a', 2);
      const [a, b] = await placements(shop, sku, [1, 1]);
      assert.ok(a && b);
      const unmoved = (availableUnits: number) => ({ kind: 'unmoved', availableUnits }) as const;
      assert.equal((await shop.ports.stock.place(a, unmoved(3))).kind, 'contended');
      assert.equal((await shop.ports.stock.place(a, unmoved(2))).kind, 'placed');
      assert.equal((await shop.ports.stock.place(b, unmoved(2))).kind, 'contended');
      await shop.adjust(sku, -1);
      assert.equal((await shop.ports.stock.place(b, unmoved(1))).kind, 'insufficient');
    },
  },
  {
    name: 'leases a product to one at a time, under a fence that grows',
    run: async (shop) => {
      const { leases, stock } = shop.ports;
      const sku = await shop.stocked('a', 2);
      const ask = (owner: string, nowMs = 1_000, units = 1) =>
        leases.acquire({ sku, owner, units, nowMs, leaseMs: 500 });
      assert.deepEqual(await ask('ann'), { kind: 'leased', fence: 1 });
      assert.deepEqual(await ask('ann'), { kind: 'leased', fence: 1 });
      assert.deepEqual(await ask('bob'), { kind: 'taken', untilMs: 1_500 });
      assert.deepEqual(await ask('bob', 1_501), { kind: 'leased', fence: 2 });
      await leases.release(sku, 1 as Fence);
      assert.equal((await ask('eve', 1_502)).kind, 'taken');
      const order = await placement(shop, sku, 1);
      const lease = (value: number) => ({ kind: 'lease', fence: value as Fence }) as const;
      assert.equal((await stock.place(order, lease(1))).kind, 'superseded');
      assert.equal((await stock.place(order, lease(2))).kind, 'placed');
      assert.deepEqual(await ask('eve', 1_503), { kind: 'leased', fence: 3 });
      await leases.release(sku, 3 as Fence);
      const short = await ask('ann', 1_504, 2);
      assert.ok(short.kind === 'short');
      assert.equal(short.shelf.availableUnits, 1);
      assert.deepEqual(
        await leases.acquire({
          ...{ sku: `${sku}-not` as Sku, owner: 'ann', units: 1 },
          ...{ nowMs: 0, leaseMs: 1 },
        }),
        { kind: 'unknown' },
      );
    },
  },
  {
    name: 'keeps the law while groups, single orders, restocks and releases meet',
    run: async (shop) => {
      const sku = await shop.stocked('a', 30);
      const expiring = await Promise.all(times(5, () => shop.place([[sku, 2]])));
      shop.nowMs += RESERVATION_MS;
      const held = await Promise.all(
        expiring.map(async ({ orderId }) => (await shop.ports.orders.find(orderId))?.order),
      );
      const groups = await Promise.all(times(6, () => placements(shop, sku, [1, 2, 1, 3, 1])));
      const [decided, single] = await Promise.all([
        Promise.all(groups.map((orders) => group(shop, { sku, placements: orders }))),
        Promise.all(times(10, () => shop.place([[sku, 2]]))),
        Promise.all(times(5, () => shop.adjust(sku, 2))),
        ...held.map((order) =>
          order ? shop.ports.stock.releaseMany([order], shop.nowMs) : undefined,
        ),
      ]);
      const stored = await Promise.all(
        groups.flat().map(async (one) => ((await exists(shop, one)) ? one.order.lines : [])),
      );
      const inGroups = stored.flat().reduce((sum, { quantity }) => sum + quantity, 0);
      const alone = single.filter(({ kind }) => kind === 'placed').length * 2;
      const told = decided.flat().filter(({ kind }) => kind === 'placed').length;
      assert.equal(told, stored.filter((lines) => lines.length > 0).length);
      // Of the expired orders, all were released: by this test, or by an order that was short.
      assert.equal(await shop.left(sku), 30 + 10 - inGroups - alone);
    },
  },
];
