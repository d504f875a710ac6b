import assert from 'node:assert/strict';
import type { CatalogueVersion, Sku } from '../../lib/domain/ids.ts';
import { HOLD_SLACK_MS } from '../../lib/domain/hold.ts';
import type { HeldOrder } from '../../lib/domain/order.ts';
import type { Placement } from '../../lib/domain/placement.ts';
import {
  BenchShop,
  freshRequest,
  freshSku,
  freshToken,
  type Promised,
  RESERVATION_MS,
  tally,
  times,
} from './bench-shop.ts';

const version = () => freshRequest() as string as CatalogueVersion;

async function heldOrders(shop: BenchShop, orderIds: readonly string[]): Promise<HeldOrder[]> {
  const stored = await Promise.all(orderIds.map((id) => shop.ports.orders.find(id as never)));
  return stored.flatMap((one) => one?.order ?? []);
}

/** What every store promises, and that it does sell: one that refuses everything fails too. */
export const storeContract: readonly Promised[] = [
  {
    name: 'sells out, and never oversells, however many ask at once',
    run: async (shop) => {
      const sku = await shop.stocked('shoe', 10);
      const outcomes = await Promise.all(times(50, () => shop.place([[sku, 1]])));
      assert.deepEqual(tally(outcomes), { placed: 10, insufficient: 40 });
      assert.equal(await shop.left(sku), 0);
    },
  },
  {
    name: 'counts units, not orders',
    run: async (shop) => {
      const sku = await shop.stocked('shoe', 10);
      const outcomes = await Promise.all(times(9, () => shop.place([[sku, 3]])));
      assert.deepEqual(tally(outcomes), { placed: 3, insufficient: 6 });
      assert.equal(await shop.left(sku), 1);
    },
  },
  {
    name: 'takes every line or none, and names every shortage',
    run: async (shop) => {
      const shoe = await shop.stocked('shoe', 1);
      const sock = await shop.stocked('sock', 0);
      const hat = await shop.stocked('hat', 9);
      const outcome = await shop.place([
        [shoe, 2],
        [sock, 1],
        [hat, 1],
      ]);
      assert.equal(outcome.kind, 'insufficient');
      const short = outcome.shortages.map((s) => [s.sku, s.requestedUnits, s.availableUnits]);
      assert.deepEqual(
        new Set(short.map(String)),
        new Set(
          [
            [shoe, 2, 1],
            [sock, 1, 0],
          ].map(String),
        ),
      );
      assert.deepEqual([await shop.left(shoe), await shop.left(hat)], [1, 9]);
    },
  },
  {
    name: 'replays a placed order even after the shelf is empty, to the byte',
    run: async (shop) => {
      const sku = await shop.stocked('shoe', 1);
      const token = freshToken();
      const first = await shop.place([[sku, 1]], { token });
      const twin = await shop.place([[sku, 1]], { token });
      assert.equal(first.kind, 'placed');
      assert.equal(twin.kind, 'replayed');
      assert.equal(twin.reply, first.reply);
      assert.equal((await shop.place([[sku, 1]])).kind, 'insufficient');
    },
  },
  {
    name: 'knows its own success by the request id when the reply was lost',
    run: async (shop) => {
      const sku = await shop.stocked('shoe', 1);
      const ask = { token: freshToken(), requestId: freshRequest() };
      const first = await shop.place([[sku, 1]], ask);
      const retry = await shop.place([[sku, 1]], ask);
      assert.deepEqual([first.kind, retry.kind], ['placed', 'placed']);
      assert.equal(await shop.left(sku), 0);
    },
  },
  {
    name: 'places one order when equal requests arrive at once',
    run: async (shop) => {
      const sku = await shop.stocked('shoe', 5);
      const token = freshToken();
      const outcomes = await Promise.all(times(20, () => shop.place([[sku, 1]], { token })));
      assert.deepEqual(tally(outcomes), { placed: 1, replayed: 19 });
      const replies = outcomes.map((o) => ('reply' in o ? o.reply : ''));
      assert.equal(new Set(replies).size, 1);
      assert.equal(await shop.left(sku), 4);
    },
  },
  {
    name: 'refuses a key that comes back with another request, before anything else',
    run: async (shop) => {
      const sku = await shop.stocked('shoe', 1);
      const token = freshToken();
      await shop.place([[sku, 1]], { token });
      assert.equal((await shop.place([[sku, 9]], { token })).kind, 'mismatched');
      assert.equal((await shop.place([[freshSku('none'), 1]], { token })).kind, 'mismatched');
      assert.equal(await shop.left(sku), 0);
    },
  },
  {
    name: 'tells every unknown SKU, and that before a shortage',
    run: async (shop) => {
      const empty = await shop.stocked('empty', 0);
      const [a, b] = [freshSku('a'), freshSku('b')];
      const outcome = await shop.place([
        [a, 1],
        [empty, 1],
        [b, 1],
      ]);
      assert.equal(outcome.kind, 'unknown');
      assert.deepEqual(new Set(outcome.skus), new Set([a, b]));
    },
  },
  {
    name: 'sells at the price in force, also to a container that remembers another',
    run: async (shop) => {
      const sku = await shop.stocked('shoe', 9, 100);
      await shop.place([[sku, 1]]);
      const [product] = await shop.ports.catalogue.find([sku]);
      assert.ok(product);
      const { catalogueVersion } = product;
      const change = { sku, name: 'New name', priceMinor: 250, newVersion: version() };
      await shop.ports.catalogue.change({ ...change, expected: [catalogueVersion] });
      const outcome = await shop.place([[sku, 2]]);
      assert.equal(outcome.kind, 'placed');
      const order = JSON.parse(outcome.reply) as { totalMinor: number; lines: { name: string }[] };
      assert.deepEqual([order.totalMinor, order.lines[0]?.name], [500, 'New name']);
    },
  },
  {
    name: 'lets orders of two products cross in opposite order, all or nothing each',
    run: async (shop) => {
      const [a, b] = [await shop.stocked('a', 30), await shop.stocked('b', 40)];
      const outcomes = await Promise.all(
        times(100, (i) =>
          shop.place(
            i % 2 === 0
              ? [
                  [a, 1],
                  [b, 1],
                ]
              : [
                  [b, 1],
                  [a, 1],
                ],
          ),
        ),
      );
      assert.deepEqual(tally(outcomes), { placed: 30, insufficient: 70 });
      assert.deepEqual([await shop.left(a), await shop.left(b)], [0, 10]);
    },
  },
  {
    name: 'gives expired units to the next order, within its own request',
    run: async (shop) => {
      const [a, b] = [await shop.stocked('a', 3), await shop.stocked('b', 2)];
      await shop.place([[a, 1]]);
      await shop.place([
        [a, 2],
        [b, 2],
      ]);
      assert.equal((await shop.place([[a, 1]])).kind, 'insufficient');
      shop.nowMs += RESERVATION_MS;
      const outcome = await shop.place([
        [a, 3],
        [b, 1],
      ]);
      assert.equal(outcome.kind, 'placed');
      assert.deepEqual([await shop.left(a), await shop.left(b)], [0, 1]);
    },
  },
  {
    name: 'keeps units of orders that are not past their end',
    run: async (shop) => {
      const sku = await shop.stocked('a', 2);
      await shop.place([[sku, 1]]);
      shop.nowMs += RESERVATION_MS - HOLD_SLACK_MS;
      await shop.place([[sku, 1]]);
      shop.nowMs += HOLD_SLACK_MS - 1;
      assert.equal((await shop.place([[sku, 1]])).kind, 'insufficient');
      shop.nowMs += 1;
      assert.equal((await shop.place([[sku, 1]])).kind, 'placed');
      assert.equal((await shop.place([[sku, 1]])).kind, 'insufficient');
      assert.equal(await shop.left(sku), 0);
    },
  },
  {
    name: 'finds the next hold to end after an earlier look found nothing',
    run: async (shop) => {
      const sku = await shop.stocked('a', 1);
      await shop.place([[sku, 1]]);
      shop.nowMs += RESERVATION_MS;
      assert.equal((await shop.place([[sku, 1]])).kind, 'placed');
      assert.equal((await shop.place([[sku, 1]])).kind, 'insufficient');
      shop.nowMs += RESERVATION_MS;
      assert.equal((await shop.place([[sku, 1]])).kind, 'placed');
    },
  },
  {
    name: 'refuses nobody while free, restocked and expired units are enough for all',
    run: async (shop) => {
      const sku = await shop.stocked('a', 30);
      for (const quantity of [9, 9, 2]) await shop.place([[sku, quantity]]);
      shop.nowMs += RESERVATION_MS;
      // 10 are free and 20 are held by expired orders: enough for 30, whenever the restocks come.
      const [orders, restocks] = await Promise.all([
        Promise.all(times(30, () => shop.place([[sku, 1]]))),
        Promise.all(times(10, () => shop.adjust(sku, 5))),
      ]);
      assert.deepEqual([tally(orders), tally(restocks)], [{ placed: 30 }, { adjusted: 10 }]);
      assert.equal((await shop.place([[sku, 50]])).kind, 'placed');
      assert.equal((await shop.place([[sku, 1]])).kind, 'insufficient');
      assert.equal(await shop.left(sku), 0);
    },
  },
  {
    name: 'reaches a hold behind pages of expired holds of other products',
    run: async (shop) => {
      const [a, b] = [await shop.stocked('a', 1), await shop.stocked('b', 1_000)];
      const [c, gone] = [await shop.stocked('c', 1_000), await shop.stocked('gone', 1)];
      for (let i = 0; i < 9; i += 1) {
        await Promise.all(
          times(100, () =>
            shop.place([
              [b, 1],
              [c, 1],
            ]),
          ),
        );
      }
      shop.nowMs += 1_000;
      await shop.place([
        [a, 1],
        [b, 1],
      ]);
      await shop.place([[gone, 1]]);
      await shop.adjust(b, -99);
      shop.nowMs += RESERVATION_MS;
      assert.equal((await shop.place([[a, 1]])).kind, 'placed');
      assert.equal((await shop.place([[gone, 2]])).kind, 'insufficient');
      assert.equal((await shop.place([[a, 1]])).kind, 'insufficient');
    },
  },
  {
    name: 'sells expired units at once also after reservations were made shorter',
    run: async (shop) => {
      const sku = await shop.stocked('a', 2);
      await shop.place([[sku, 1]]);
      shop.reservationMs = 60_000;
      assert.equal((await shop.place([[sku, 1]])).kind, 'placed');
      assert.equal((await shop.place([[sku, 1]])).kind, 'insufficient');
      shop.nowMs += 60_000;
      assert.equal((await shop.place([[sku, 1]])).kind, 'placed');
      assert.equal((await shop.place([[sku, 1]])).kind, 'insufficient');
    },
  },
  {
    name: 'lets no hold in that ends before the mark, such as one of a process that was frozen',
    run: async (shop) => {
      // Caught on its way by the verb that this strategy uses.
      const sku = await shop.stocked('a', 3, 100, 'conditional-write');
      const frozen: Placement[] = [];
      const { stock } = shop.ports;
      const freezing = new BenchShop({
        ...shop.ports,
        stock: {
          ...stock,
          place: async (placement) => {
            frozen.push(placement);
            return { kind: 'mismatched' };
          },
        },
      });
      freezing.nowMs = shop.nowMs - RESERVATION_MS;
      await freezing.place([[sku, 1]]);
      await shop.place([[sku, 1]]);
      const [late] = frozen;
      assert.ok(late);
      assert.equal((await stock.place(late)).kind, 'outdated');
      assert.equal(await shop.left(sku), 2);
    },
  },
  {
    name: 'gives an expired order back once, however many try at once',
    run: async (shop) => {
      const sku = await shop.stocked('a', 5);
      const { orderId } = await shop.place([[sku, 5]]);
      shop.nowMs += RESERVATION_MS;
      const held = await heldOrders(shop, [orderId]);
      const tries = times(10, () => shop.ports.stock.releaseMany(held, shop.nowMs));
      assert.deepEqual(tally(await Promise.all(tries)), { released: 1, ended: 9 });
      assert.equal(await shop.left(sku), 5);
      const stored = await shop.ports.orders.find(orderId);
      assert.deepEqual(
        [stored?.order.status, stored?.order.expiredAt],
        ['EXPIRED', stored?.order.expiresAt],
      );
    },
  },
  {
    name: 'names the orders of a group that ended, and releases none of it',
    run: async (shop) => {
      const sku = await shop.stocked('a', 3);
      const [one, two, late] = [await shop.place([[sku, 1]]), await shop.place([[sku, 1]]), 1];
      shop.nowMs += late;
      const young = await shop.place([[sku, 1]]);
      shop.nowMs += RESERVATION_MS - late;
      const held = await heldOrders(shop, [one.orderId, two.orderId, young.orderId]);
      await shop.ports.stock.releaseMany(held.slice(0, 1), shop.nowMs);
      const outcome = await shop.ports.stock.releaseMany(held, shop.nowMs);
      assert.equal(outcome.kind, 'ended');
      assert.deepEqual(outcome.orderIds, [one.orderId, young.orderId]);
      assert.equal(await shop.left(sku), 1);
    },
  },
  {
    name: 'lists expired holds oldest first, without those of other products',
    run: async (shop) => {
      const [a, b] = [await shop.stocked('a', 9), await shop.stocked('b', 9)];
      const wanted: string[] = [];
      for (const lines of [
        [[a, 1]],
        [
          [a, 1],
          [b, 1],
        ],
        [[b, 1]],
        [[a, 2]],
      ] as [Sku, number][][]) {
        const { orderId } = await shop.place(lines);
        if (lines.some(([sku]) => sku === a)) wanted.push(orderId);
        shop.nowMs += 1000;
      }
      const nowMs = shop.nowMs + RESERVATION_MS - 2000;
      const found = await shop.ports.orders.expiredHolds([a], nowMs);
      assert.deepEqual(
        found.orders.map(({ orderId }) => orderId),
        wanted.slice(0, 2),
      );
      assert.equal(found.complete, true);
      assert.ok(found.nextExpiresAt !== undefined && Date.parse(found.nextExpiresAt) > nowMs);
    },
  },
  {
    name: 'moves the mark of the holds only from what it was',
    run: async (shop) => {
      const sku = await shop.stocked('a', 0);
      const read = async () => {
        const outcome = await shop.place([[sku, 1]]);
        return outcome.kind === 'insufficient' ? outcome.shortages[0]?.holdsExpireFrom : 'none';
      };
      assert.equal(await read(), undefined);
      await shop.adjust(sku, 1);
      await shop.place([[sku, 1]]);
      const from = await read();
      assert.equal(from, new Date(shop.nowMs + RESERVATION_MS - HOLD_SLACK_MS).toISOString());
      await shop.ports.orders.noteHoldsFrom(
        sku,
        '2020-01-01T00:00:00.000Z',
        '2099-01-01T00:00:00.000Z',
      );
      assert.equal(await read(), from);
      await shop.ports.orders.noteHoldsFrom(sku, from, '2026-01-01T00:01:00.000Z');
      assert.equal(await read(), '2026-01-01T00:01:00.000Z');
    },
  },
  {
    name: 'adjusts within bounds, once per key, and refuses what would pass them',
    run: async (shop) => {
      const sku = await shop.stocked('a', 0);
      const ask = { token: freshToken(), fingerprint: 'f' };
      const first = await shop.adjust(sku, 7, ask);
      const twin = await shop.adjust(sku, 7, ask);
      assert.deepEqual([first.kind, twin.kind], ['adjusted', 'replayed']);
      assert.ok(first.kind === 'adjusted' && twin.kind === 'replayed');
      assert.equal(twin.reply, first.reply);
      assert.equal((JSON.parse(first.reply) as { availableUnits: number }).availableUnits, 7);
      assert.equal((await shop.adjust(sku, 8, { ...ask, fingerprint: 'g' })).kind, 'mismatched');
      assert.deepEqual(await shop.adjust(sku, -8), { kind: 'insufficient', availableUnits: 7 });
      assert.deepEqual(await shop.adjust(sku, 999_999_994), {
        kind: 'overfull',
        availableUnits: 7,
      });
      assert.equal((await shop.adjust(sku, 999_999_993)).kind, 'adjusted');
      assert.equal((await shop.adjust(sku, -1_000_000_000)).kind, 'adjusted');
      assert.equal((await shop.adjust(freshSku('none'), 1)).kind, 'unknown');
      assert.equal(await shop.left(sku), 0);
    },
  },
  {
    name: 'loses no unit between orders, restocks and write-offs at once',
    run: async (shop) => {
      const sku = await shop.stocked('a', 40);
      const [orders, restocks, offs] = await Promise.all([
        Promise.all(times(30, () => shop.place([[sku, 1]]))),
        Promise.all(times(10, () => shop.adjust(sku, 3))),
        Promise.all(times(5, () => shop.adjust(sku, -2))),
      ]);
      assert.deepEqual(tally(orders), { placed: 30 });
      assert.deepEqual(tally(restocks), { adjusted: 10 });
      assert.deepEqual(tally(offs), { adjusted: 5 });
      assert.equal(await shop.left(sku), 40 - 30 + 30 - 10);
    },
  },
  {
    name: 'keeps one reply for equal adjustments at once',
    run: async (shop) => {
      const sku = await shop.stocked('a', 0);
      const token = freshToken();
      const outcomes = await Promise.all(times(10, () => shop.adjust(sku, 2, { token })));
      assert.deepEqual(tally(outcomes), { adjusted: 1, replayed: 9 });
      assert.equal(new Set(outcomes.map((o) => ('reply' in o ? o.reply : ''))).size, 1);
      assert.equal(await shop.left(sku), 2);
    },
  },
  {
    name: 'creates a product once, without stock, and with the default strategy',
    run: async (shop) => {
      const sku = freshSku('new');
      const { catalogue } = shop.ports;
      const create = { sku, name: 'n', priceMinor: 1, expected: 'absent' } as const;
      const tries = times(10, () => catalogue.change({ ...create, newVersion: version() }));
      assert.deepEqual(tally(await Promise.all(tries)), { created: 1, stale: 9 });
      const [product] = await catalogue.find([sku]);
      assert.deepEqual([product?.availableUnits, product?.strategy], [0, 'conditional-write']);
    },
  },
  {
    name: 'lets one of many changes of the same version through, and keeps the stock',
    run: async (shop) => {
      const sku = await shop.stocked('a', 5);
      const { catalogue } = shop.ports;
      const [before] = await catalogue.find([sku]);
      assert.ok(before);
      const expected = [version(), before.catalogueVersion];
      const outcomes = await Promise.all(
        times(10, (i) =>
          catalogue.change({ sku, name: `n${i}`, priceMinor: i, newVersion: version(), expected }),
        ),
      );
      assert.deepEqual(tally(outcomes), { changed: 1, stale: 9 });
      assert.equal(await shop.left(sku), 5);
    },
  },
  {
    name: 'knows its own change again, and tells what is missing apart from what is stale',
    run: async (shop) => {
      const { catalogue } = shop.ports;
      const sku = await shop.stocked('a', 5);
      const own = {
        sku,
        name: 'n',
        priceMinor: 1,
        newVersion: version(),
        expected: 'any',
      } as const;
      assert.equal((await catalogue.change(own)).kind, 'changed');
      const expected = [version()];
      assert.equal((await catalogue.change({ ...own, expected })).kind, 'changed');
      const other = { ...own, newVersion: version(), expected };
      assert.deepEqual(await catalogue.change(other), { kind: 'stale', exists: true });
      const none = { ...other, sku: freshSku('none') };
      assert.deepEqual(await catalogue.change(none), { kind: 'stale', exists: false });
      assert.deepEqual(await catalogue.change({ ...none, expected: 'any' }), {
        kind: 'stale',
        exists: false,
      });
    },
  },
];
