import assert from 'node:assert/strict';
import { replyOf } from '../../lib/domain/order.ts';
import { planGroup } from '../../lib/domain/group.ts';
import type { KeyToken, OrderId, Sku } from '../../lib/domain/ids.ts';
import { orderIdOf } from '../../lib/domain/ids.ts';
import {
  type LanePlace,
  ordersAhead,
  placementAt,
  type QueuedOrder,
} from '../../lib/domain/lane.ts';
import type { UserId } from '../../lib/domain/ids.ts';
import {
  type BenchShop,
  freshRequest,
  freshToken,
  type Promised,
  RESERVATION_MS,
  tally,
  times,
} from './bench-shop.ts';

interface Ask {
  readonly token?: KeyToken;
  readonly fingerprint?: string;
  readonly unitPriceMinor?: number;
}

function queued(sku: Sku, quantity: number, ask: Ask = {}): QueuedOrder {
  const { token = freshToken(), fingerprint = String(quantity), unitPriceMinor = 100 } = ask;
  return {
    ...{ orderId: orderIdOf(token), userId: 'ann' as UserId, requestId: freshRequest() },
    ...{ fingerprint, currency: 'KRW', line: { sku, name: 'a', quantity, unitPriceMinor } },
  };
}

/** Decides orders as the consumer does, the first of them at this offset. */
const settle = (
  shop: BenchShop,
  sku: Sku,
  orders: readonly QueuedOrder[],
  { partition = 0, offset = 0 }: Partial<LanePlace> = {},
): Promise<string[]> => shop.settle(sku, orders, { partition, offset });

const decision = (shop: BenchShop, { orderId }: { readonly orderId: OrderId }) =>
  shop.ports.orders.decision(orderId);

/** What every store promises of orders that queued. */
export const laneContract: readonly Promised[] = [
  {
    name: 'keeps refusals too, and knows both again',
    run: async (shop) => {
      const sku = await shop.stocked('a', 3);
      const orders = [2, 2, 1, 1].map((quantity) => queued(sku, quantity));
      const [first, second, third] = orders;
      assert.ok(first && second && third);
      const told = ['placed', 'insufficient', 'placed', 'insufficient'];
      assert.deepEqual(await settle(shop, sku, orders), told);
      const again = ['placed', 'rejected', 'placed', 'rejected'];
      assert.deepEqual(await settle(shop, sku, orders), again);
      assert.equal(await shop.left(sku), 0);

      const short = await decision(shop, second);
      assert.deepEqual([short?.order, short?.queued, short?.userId], [undefined, true, 'ann']);
      assert.deepEqual(short?.shortages, [{ sku, requestedUnits: 2, availableUnits: 1 }]);
      assert.equal(await shop.ports.orders.find(second.orderId), undefined);
      const placed = await decision(shop, first);
      assert.equal(placed?.order?.status, 'PENDING_PAYMENT');
      assert.equal(placed.queued, true);
      assert.equal(placed.reply, replyOf(placed.order));
    },
  },
  {
    name: 'leaves a refused order refused after a restock, under every way of placing it',
    run: async (shop) => {
      const sku = await shop.stocked('a', 0);
      const token = freshToken();
      const order = queued(sku, 1, { token });
      assert.deepEqual(await settle(shop, sku, [order]), ['insufficient']);
      await shop.adjust(sku, 5);
      assert.deepEqual(await settle(shop, sku, [order], { offset: 7 }), ['rejected']);
      const now = { nowMs: shop.nowMs, reservationMs: RESERVATION_MS };
      const [{ catalogueVersion } = assert.fail()] = await shop.ports.catalogue.find([sku]);
      const alone = { ...placementAt(order, now), versions: new Map([[sku, catalogueVersion]]) };
      assert.equal((await shop.ports.stock.place(alone)).kind, 'rejected');
      const other = { ...alone, fingerprint: 'other' };
      assert.equal((await shop.ports.stock.place(other)).kind, 'mismatched');
      assert.equal(await shop.left(sku), 5);
    },
  },
  {
    name: 'refuses twins of a refused order inside one group, and other requests under its key',
    run: async (shop) => {
      const sku = await shop.stocked('a', 1);
      const token = freshToken();
      const large = queued(sku, 2, { token });
      const small = queued(sku, 1, { token });
      const kinds = await settle(shop, sku, [large, large, small, queued(sku, 1)]);
      assert.deepEqual(kinds, ['insufficient', 'rejected', 'mismatched', 'placed']);
      assert.equal(await shop.left(sku), 0);
    },
  },
  {
    name: 'sells at the price that was agreed, whatever the product costs by now',
    run: async (shop) => {
      const sku = await shop.stocked('a', 5, 100);
      const order = queued(sku, 2, { unitPriceMinor: 100 });
      const [{ catalogueVersion } = assert.fail()] = await shop.ports.catalogue.find([sku]);
      const newVersion = freshRequest() as string as typeof catalogueVersion;
      const change = { sku, name: 'n', priceMinor: 9, newVersion, expected: [catalogueVersion] };
      assert.equal((await shop.ports.catalogue.change(change)).kind, 'changed');
      assert.deepEqual(await settle(shop, sku, [order]), ['placed']);
      assert.equal((await decision(shop, order))?.order?.totalMinor, 200);
    },
  },
  {
    name: 'decides 250 orders in chunks, in their turn',
    run: async (shop) => {
      const sku = await shop.stocked('a', 180);
      const orders = times(250, () => queued(sku, 1));
      const kinds = await settle(shop, sku, orders);
      assert.deepEqual(tally(kinds.map((kind) => ({ kind }))), { placed: 180, insufficient: 70 });
      assert.deepEqual(new Set(kinds.slice(0, 180)), new Set(['placed']));
      assert.equal(await shop.left(sku), 0);
    },
  },
  {
    name: 'notes how far a lane was decided, by refusals too, and never less far',
    run: async (shop) => {
      const sku = await shop.stocked('a', 1);
      const ahead = async (partition: number, offset: number) => {
        const shelf = await shop.ports.stock.shelf(sku);
        return shelf && ordersAhead({ partition, offset }, shelf);
      };
      assert.equal(await ahead(1, 9), undefined);
      await settle(shop, sku, [queued(sku, 1)], { partition: 1, offset: 4 });
      assert.equal(await ahead(1, 9), 4);
      await settle(shop, sku, [queued(sku, 1)], { partition: 1, offset: 6 });
      assert.equal(await ahead(1, 9), 2);
      await settle(shop, sku, [queued(sku, 1)], { partition: 1, offset: 2 });
      assert.deepEqual(
        [await ahead(1, 9), await ahead(1, 7), await ahead(2, 9)],
        [2, 0, undefined],
      );
    },
  },
  {
    name: 'turns a plan away that was made before the lane went further',
    run: async (shop) => {
      const { stock } = shop.ports;
      const sku = await shop.stocked('a', 9);
      const now = { nowMs: shop.nowMs, reservationMs: RESERVATION_MS };
      const plan = async (offset: number) => {
        const lane = { partition: 0, offset };
        const group = { sku, placements: [placementAt(queued(sku, 1), now)], lane };
        const { plan } = planGroup(await stock.shelf(sku), group, new Map());
        return plan ?? assert.fail();
      };
      const [older, newer] = [await plan(3), await plan(4)];
      assert.equal((await stock.placeMany(newer)).kind, 'carried-out');
      assert.equal((await stock.placeMany(older)).kind, 'moved');
      assert.equal(await shop.left(sku), 8);
    },
  },
  {
    name: 'gives back what expired orders hold before it refuses anybody',
    run: async (shop) => {
      const sku = await shop.stocked('a', 4);
      await settle(shop, sku, [queued(sku, 3), queued(sku, 1)]);
      assert.deepEqual(await settle(shop, sku, [queued(sku, 1)], { offset: 2 }), ['insufficient']);
      shop.nowMs += RESERVATION_MS;
      const later = await settle(
        shop,
        sku,
        [3, 2, 1].map((q) => queued(sku, q)),
        { offset: 3 },
      );
      assert.deepEqual(later, ['placed', 'insufficient', 'placed']);
      assert.equal(await shop.left(sku), 0);
    },
  },
  {
    name: 'moves the mark for a lane whose holds would end before it',
    run: async (shop) => {
      const sku = await shop.stocked('a', 4);
      shop.nowMs += 2 * RESERVATION_MS;
      await shop.place([[sku, 1]]);
      shop.nowMs -= 2 * RESERVATION_MS;
      const kinds = await settle(shop, sku, [queued(sku, 1), queued(sku, 9)]);
      assert.deepEqual(kinds, ['placed', 'insufficient']);
    },
  },
  {
    name: 'shares a product with orders that are placed at once',
    run: async (shop) => {
      const sku = await shop.stocked('a', 30);
      const [lane, alone] = await Promise.all([
        settle(
          shop,
          sku,
          times(40, () => queued(sku, 1)),
        ),
        Promise.all(times(10, () => shop.place([[sku, 2]]))),
      ]);
      const placed = lane.filter((kind) => kind === 'placed').length;
      const taken = alone.filter(({ kind }) => kind === 'placed').length * 2;
      assert.equal(await shop.left(sku), 30 - placed - taken);
      assert.equal(await shop.left(sku), 0);
    },
  },
];
