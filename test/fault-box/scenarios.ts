import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { CatalogueVersion } from '../../lib/domain/ids.ts';
import type { Offer } from '../../lib/domain/product.ts';
import type { Told } from '../in-process/functions.ts';
import { type Bench, RESERVATION_MS, type Sight } from './bench.ts';
import type { Scenario, Stage } from './law.ts';

export const freshUser = (): string => `user-${randomUUID()}`;
const admin = { user: 'boss', admin: true };

/** Such an order by such a user, once: the units are gone, and the row says what was told. */
function ordering(
  bench: Bench,
  lines: readonly (readonly [Offer, number])[],
  { remembered = [], totalMinor }: { remembered?: readonly Offer[]; totalMinor: number },
): Omit<Stage, 'usual'> {
  const user = freshUser();
  const skus = lines.map(([{ sku }]) => sku);
  return {
    ask: {
      route: 'POST /orders',
      user,
      key: 'k',
      body: { lines: lines.map(([{ sku }, quantity]) => ({ sku, quantity })) },
    },
    container: bench.container(remembered),
    skus,
    holds: (before, after, told) => {
      for (const [{ sku }, quantity] of lines) {
        assert.equal(after.units[sku], (before.units[sku] ?? 0) - quantity, 'the units taken');
      }
      assert.deepEqual(after.offers, before.offers);
      const [row, ...more] = newRows(before, after);
      assert.deepEqual(more, [], 'one order');
      assert.equal(row?.['reply'], told.text);
      assert.deepEqual([row['status'], row['userId']], ['PENDING_PAYMENT', user]);
      assert.equal(told.json['totalMinor'], totalMinor);
      assert.equal(told.headers['Location'], `/orders/${String(row['orderId'])}`);
    },
  };
}

/** The mark of a product whose holds were longer than they are now. */
const afterAnyHold = (bench: Bench): string =>
  new Date(bench.nowMs + 2 * RESERVATION_MS).toISOString();

export const newRows = (before: Sight, after: Sight): Record<string, unknown>[] =>
  Object.entries(after.rows)
    .filter(([name]) => before.rows[name] === undefined)
    .map(([, row]) => row);

const orders: readonly Scenario[] = [
  {
    name: 'an order, the price remembered',
    firm: true,
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 5);
      const options = { remembered: [shoe], totalMinor: 200 };
      return { ...ordering(bench, [[shoe, 2]], options), usual: 201 };
    },
  },
  {
    name: 'an order of all there is',
    firm: true,
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 2);
      const options = { remembered: [shoe], totalMinor: 200 };
      return { ...ordering(bench, [[shoe, 2]], options), usual: 201 };
    },
  },
  {
    name: 'an order, the price unknown',
    firm: true,
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 3);
      return { ...ordering(bench, [[shoe, 3]], { totalMinor: 300 }), usual: 201 };
    },
  },
  {
    name: 'an order of two products',
    firm: true,
    stage: async (bench) => {
      const [shoe, sock] = [
        await bench.stocked('shoe', 3),
        await bench.stocked('sock', 9, { priceMinor: 7 }),
      ];
      const lines = [
        [shoe, 3],
        [sock, 2],
      ] as const;
      return { ...ordering(bench, lines, { totalMinor: 314 }), usual: 201 };
    },
  },
  {
    name: 'an order at a price that changed',
    firm: true,
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 5);
      const old = { ...shoe, priceMinor: 9, catalogueVersion: 'v0' as CatalogueVersion };
      const options = { remembered: [old], totalMinor: 200 };
      return { ...ordering(bench, [[shoe, 2]], options), usual: 201 };
    },
  },
  {
    name: 'an order of an unknown product',
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 5);
      const none = { ...shoe, sku: `none-${randomUUID()}` as typeof shoe.sku };
      const options = { totalMinor: 200 };
      const stage = ordering(
        bench,
        [
          [shoe, 1],
          [none, 1],
        ],
        options,
      );
      return { ...stage, usual: 'unknown-sku' };
    },
  },
  {
    name: 'an order of more than there is',
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 1);
      const options = { remembered: [shoe], totalMinor: 200 };
      return {
        ...ordering(bench, [[shoe, 2]], options),
        usual: 'insufficient-stock',
        relent: () => bench.restock(shoe.sku, 1),
      };
    },
  },
  {
    name: 'an order of the last units, and a rival after them',
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 3);
      const stage = ordering(bench, [[shoe, 2]], { remembered: [shoe], totalMinor: 200 });
      const rival = { ...stage.ask, user: freshUser() };
      return { ...stage, rival, usual: 201, also: ['insufficient-stock'] };
    },
  },
  {
    name: 'an order whose hold would end before the mark',
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 2, { holdsExpireFrom: afterAnyHold(bench) });
      const options = { remembered: [shoe], totalMinor: 200 };
      return { ...ordering(bench, [[shoe, 2]], options), usual: 201 };
    },
  },
  {
    name: 'an order of units that expired orders hold',
    costly: true,
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 3);
      const overdue = [
        await bench.order('eve', [[shoe, 1]], -2_000),
        await bench.order('eve', [[shoe, 1]], -1_000),
      ];
      const options = { remembered: [shoe], totalMinor: 300 };
      return { ...ordering(bench, [[shoe, 3]], options), overdue, usual: 201 };
    },
  },
  {
    name: 'an order of more than there is, free or held by an expired order',
    costly: true,
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 2);
      const overdue = [await bench.order('eve', [[shoe, 1]], -1_000)];
      const options = { remembered: [shoe], totalMinor: 300 };
      return {
        ...ordering(bench, [[shoe, 3]], options),
        overdue,
        usual: 'insufficient-stock',
        relent: () => bench.restock(shoe.sku, 1),
      };
    },
  },
  {
    name: 'an order of more than there is, whose hold would end before the mark',
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 1, { holdsExpireFrom: afterAnyHold(bench) });
      const options = { remembered: [shoe], totalMinor: 200 };
      return {
        ...ordering(bench, [[shoe, 2]], options),
        usual: 'insufficient-stock',
        relent: () => bench.restock(shoe.sku, 1),
      };
    },
  },
];

function adjusting(bench: Bench, { sku }: Offer, units: number): Omit<Stage, 'usual'> {
  return {
    ask: {
      ...admin,
      route: `POST /admin/products/${sku}/adjustments`,
      key: 'k',
      body: { units },
    },
    container: bench.container([]),
    skus: [sku],
    holds: (before, after, told) => {
      assert.equal(after.units[sku], (before.units[sku] ?? 0) + units, 'the units moved');
      const [row, ...more] = newRows(before, after);
      assert.deepEqual(more, [], 'one adjustment');
      assert.equal(row?.['reply'], told.text);
      const { availableUnits, adjustmentId } = told.json;
      assert.deepEqual(
        [availableUnits, adjustmentId, told.json['units']],
        [after.units[sku], row['adjustmentId'], units],
      );
    },
  };
}

const adjustments: readonly Scenario[] = [
  {
    name: 'a restock',
    firm: true,
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 5);
      return { ...adjusting(bench, shoe, 3), usual: 201 };
    },
  },
  {
    name: 'a write-off of all there is',
    firm: true,
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 5);
      return { ...adjusting(bench, shoe, -5), usual: 201 };
    },
  },
  {
    name: 'a write-off of more than there is',
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 5);
      return {
        ...adjusting(bench, shoe, -6),
        usual: 'insufficient-stock',
        relent: () => bench.restock(shoe.sku, 1),
      };
    },
  },
  {
    name: 'a restock beyond the limit',
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 999_999_999);
      return {
        ...adjusting(bench, shoe, 2),
        usual: 'stock-limit',
        relent: () => bench.restock(shoe.sku, -1),
      };
    },
  },
];

function putting(bench: Bench, sku: string, headers: Record<string, string>): Omit<Stage, 'usual'> {
  const body = { name: 'Nova', priceMinor: 77 };
  return {
    ask: { ...admin, route: `PUT /admin/products/${sku}`, body, headers },
    container: bench.container([]),
    skus: [sku],
    holds: (before: Sight, after: Sight, told: Told) => {
      const { name, priceMinor, catalogueVersion } = after.offers[sku] ?? {};
      assert.deepEqual({ name, priceMinor }, body);
      assert.equal(told.headers['ETag'], `"${String(catalogueVersion)}"`);
      assert.equal(after.units[sku], before.units[sku] ?? 0, 'the stock is kept');
    },
  };
}

const products: readonly Scenario[] = [
  {
    name: 'a new product',
    firm: true,
    stage: async (bench) => ({
      ...putting(bench, `new-${randomUUID()}`, {}),
      usual: 201,
      again: 'precondition-required',
    }),
  },
  {
    name: 'a changed product',
    firm: true,
    stage: async (bench) => {
      const { sku } = await bench.stocked('shoe', 5);
      return { ...putting(bench, sku, { 'if-match': '"v1"' }), usual: 200, again: 'stale' };
    },
  },
  {
    name: 'a changed product, and a rival change',
    stage: async (bench) => {
      const { sku } = await bench.stocked('shoe', 5);
      const stage = putting(bench, sku, { 'if-match': '"v1"' });
      const rival = { ...stage.ask, body: { name: 'Rival', priceMinor: 1 } };
      return { ...stage, rival, usual: 200, also: ['stale'], again: 'stale' };
    },
  },
  {
    name: 'a change of an outdated product',
    stage: async (bench) => {
      const { sku } = await bench.stocked('shoe', 5);
      return { ...putting(bench, sku, { 'if-match': '"v0"' }), usual: 'stale' };
    },
  },
];

/** The routes that move stock or change what is sold, in each way that they can end. */
export const shopScenarios: readonly Scenario[] = [...orders, ...adjustments, ...products];
