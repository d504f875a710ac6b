import { type HeldOrder, replyOf } from '../../../lib/domain/order.ts';
import { type Placement, refusalOf } from '../../../lib/domain/placement.ts';
import type { Tables } from '../store.ts';
import type { Mutant } from './mutant.ts';

const PLENTY = 1_000;

/** Shops that lose count of their stock, or of what they told. */
export const stockMutants = {
  'stock condition dropped': {
    bug: 'takes units without asking whether they are there',
    store: ({ stock }, { tables }) => ({
      stock: {
        ...stock,
        place: (placement) => {
          addUnits(tables, placement, () => PLENTY);
          // The store's verbs act at once: nobody sees the units that are not there.
          const outcome = stock.place(placement);
          addUnits(tables, placement, () => -PLENTY);
          return outcome;
        },
      },
    }),
  },
  'order overwritten': {
    bug: 'puts the order whether or not its id is there',
    store: ({ stock }, { tables }) => ({
      stock: {
        ...stock,
        place: (placement) => {
          const { orderId } = placement.order;
          const earlier = tables.orders.get(orderId);
          tables.orders.delete(orderId);
          const outcome = stock.place(placement);
          if (earlier !== undefined && !tables.orders.has(orderId)) {
            tables.orders.set(orderId, earlier);
          }
          return outcome;
        },
      },
    }),
  },
  'own order read as sold out': {
    bug: 'looks at the shelf before it looks for its own order',
    store: ({ stock }, { tables }) => ({
      stock: {
        ...stock,
        place: async (placement) => {
          const refusal = refusalIn(tables, placement);
          return refusal?.kind === 'insufficient' ? refusal : stock.place(placement);
        },
      },
    }),
  },
  'two writes': {
    bug: 'takes the units in one write and puts the order in another',
    store: ({ stock }, { tables, pause }) => ({
      stock: {
        ...stock,
        place: async (placement) => {
          const { order, userId, requestId, fingerprint } = placement;
          const known = tables.orders.has(order.orderId);
          if (known || refusalIn(tables, placement) !== undefined) return stock.place(placement);
          addUnits(tables, placement, (quantity) => -quantity);
          await pause();
          const kept = { requestId, fingerprint, reply: replyOf(order) };
          tables.orders.set(order.orderId, { ...kept, userId, order });
          return { kind: 'placed', reply: kept.reply };
        },
      },
    }),
  },
  'holds ended twice': {
    bug: 'gives the units of an expired order back whether or not they were given back',
    store: ({ stock }, { tables }) => ({
      stock: {
        ...stock,
        releaseMany: async (held, nowMs) => {
          const outcome = await stock.releaseMany(held, nowMs);
          if (outcome.kind !== 'ended') return outcome;
          for (const order of held) addUnits(tables, { order }, (quantity) => quantity);
          return { kind: 'released' };
        },
      },
    }),
  },
  'old prices': {
    bug: 'sells at the price that it remembers, whatever it has become',
    store: ({ stock }, { tables }) => ({
      stock: {
        ...stock,
        place: (placement) => {
          const versions = new Map(
            [...tables.shelves].map(([sku, { catalogueVersion }]) => [sku, catalogueVersion]),
          );
          return stock.place({ ...placement, versions });
        },
      },
    }),
  },
  'reply made anew': {
    bug: 'tells a replay what the order is now, not what was told first',
    store: ({ stock }, { tables }) => ({
      stock: {
        ...stock,
        place: async (placement) => {
          const outcome = await stock.place(placement);
          const stored = tables.orders.get(placement.order.orderId);
          return outcome.kind === 'replayed' && stored !== undefined
            ? { ...outcome, reply: replyOf(stored.order) }
            : outcome;
        },
      },
    }),
  },
} as const satisfies Record<string, Mutant>;

/** Why the shelves can't fill this order. */
const refusalIn = ({ shelves }: Tables, placement: Placement) =>
  refusalOf(
    placement,
    placement.order.lines.map((line) => ({ line, shelf: shelves.get(line.sku) })),
  );

function addUnits(
  { shelves }: Tables,
  { order }: { readonly order: Pick<HeldOrder, 'lines'> },
  unitsFor: (quantity: number) => number,
): void {
  for (const { sku, quantity } of order.lines) {
    const shelf = shelves.get(sku);
    if (shelf === undefined) continue;
    const availableUnits = shelf.availableUnits + unitsFor(quantity);
    shelves.set(sku, { ...shelf, availableUnits });
  }
}
