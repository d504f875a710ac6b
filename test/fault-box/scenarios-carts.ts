import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Bench, Sight } from './bench.ts';
import type { Scenario, Stage } from './law.ts';
import { freshUser } from './scenarios.ts';

type Quantities = Readonly<Record<string, number>>;

/** The quantities in a user's cart, by SKU. */
function cartIn({ rows }: Sight, user: string): Quantities {
  const { items = {} } = (rows[`carts ${user}`] ?? {}) as {
    items?: Record<string, { quantity: number }>;
  };
  const named = Object.entries(items).map(([name, { quantity }]) => [name.slice(1), quantity]);
  return Object.fromEntries(named) as Quantities;
}

/** So many units of a product, in a cart that holds these: the others stay as they are. */
async function putting(
  bench: Bench,
  quantity: number,
  held: Quantities = {},
  sku?: string,
): Promise<Omit<Stage, 'usual'> & { readonly user: string }> {
  const user = freshUser();
  const wanted = sku ?? (await bench.stocked('shoe', 1)).sku;
  await bench.filled(user, held);
  const quantityIn = (sight: Sight) => cartIn(sight, user)[wanted];
  return {
    user,
    ask: { user, route: `PUT /cart/items/${wanted}`, body: { quantity } },
    container: bench.container([]),
    skus: [],
    watched: [{ table: 'carts', key: { userId: user } }],
    again: 200,
    nameless: (before, after) => quantityIn(before) !== quantity && quantityIn(after) === quantity,
    holds: (before, after, told) => {
      assert.deepEqual(cartIn(after, user), { ...cartIn(before, user), [wanted]: quantity });
      assert.deepEqual(told.json, { sku: wanted, quantity });
    },
  };
}

const others = (count: number): Quantities =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`other-${i}`, 1]));

/** The routes that change a cart, in each way that they can end. */
export const cartScenarios: readonly Scenario[] = [
  {
    name: 'the first item of a user',
    firm: true,
    stage: async (bench) => ({ ...(await putting(bench, 2)), usual: 200 }),
  },
  {
    name: 'an item beside others, the product remembered',
    firm: true,
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 1);
      const stage = await putting(bench, 2, others(3), shoe.sku);
      return { ...stage, container: bench.container([shoe]), usual: 200 };
    },
  },
  {
    name: 'another quantity of an item',
    firm: true,
    stage: async (bench) => {
      const { sku } = await bench.stocked('shoe', 1);
      return { ...(await putting(bench, 9, { [sku]: 1, ...others(2) }, sku)), usual: 200 };
    },
  },
  {
    name: 'an item for the last place in a cart',
    firm: true,
    stage: async (bench) => ({ ...(await putting(bench, 2, others(99))), usual: 200 }),
  },
  {
    name: 'an item for the last place in a cart, and a rival after it',
    costly: true,
    stage: async (bench) => {
      const stage = await putting(bench, 2, others(99));
      const { sku } = await bench.stocked('sock', 1);
      const rival = { ...stage.ask, route: `PUT /cart/items/${sku}` } as const;
      return { ...stage, rival, usual: 200, also: ['cart-full'] };
    },
  },
  {
    name: 'an item for a full cart',
    costly: true,
    stage: async (bench) => {
      const stage = await putting(bench, 2, others(100));
      return { ...stage, usual: 'cart-full', relent: () => bench.emptied(stage.user, 'other-7') };
    },
  },
  {
    name: 'an item of an unknown product',
    stage: async (bench) => {
      const stage = await putting(bench, 2, others(1), `none-${randomUUID()}`);
      return { ...stage, usual: 'unknown-sku' };
    },
  },
  {
    name: 'an item removed',
    firm: true,
    stage: async (bench) => {
      const user = freshUser();
      const held = { shoe: 3, ...others(2) };
      await bench.filled(user, held);
      const isThere = (sight: Sight) => 'shoe' in cartIn(sight, user);
      return {
        ask: { user, route: 'DELETE /cart/items/shoe' },
        container: bench.container([]),
        skus: [],
        watched: [{ table: 'carts', key: { userId: user } }],
        ...{ usual: 204, again: 204 },
        nameless: (before, after) => isThere(before) && !isThere(after),
        holds: (_, after, told) => {
          assert.deepEqual(cartIn(after, user), others(2));
          assert.equal(told.text, '');
        },
      };
    },
  },
];
