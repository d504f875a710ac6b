import type { MemoryTables } from '../../lib/adapters/memory/shop.ts';
import type { BatchResponse } from '../../lib/messaging/consume.ts';
import type { ConsumedRecord } from '../../lib/messaging/consumed-record.ts';
import type { DeadLetters } from '../../lib/ports/dead-letters.ts';
import type { Store } from '../../lib/ports/store.ts';
import type { PlaceGroup } from '../../lib/ports/strategy.ts';

export type LanePorts = Pick<Store, 'stock' | 'orders' | 'leases' | 'catalogue' | 'ledger'> & {
  readonly deadLetters: Pick<DeadLetters, 'keep'>;
};

/** A bug planted into the lane, that the simulation has to find. */
export interface LaneMutant {
  readonly bug: string;
  /** In the store itself. */
  readonly store?: (ports: LanePorts, tables: MemoryTables) => Partial<LanePorts>;
  /** In what the consumer makes of its ports. */
  readonly client?: (ports: LanePorts) => Partial<LanePorts>;
  readonly placeGroup?: (sound: PlaceGroup) => PlaceGroup;
  readonly records?: (records: readonly ConsumedRecord[]) => readonly ConsumedRecord[];
  readonly response?: (response: BatchResponse) => BatchResponse;
}

export const laneMutants: Readonly<Record<string, LaneMutant>> = {
  'decided twice': {
    bug: 'drops the condition that an order of the plan does not exist',
    store: ({ stock }, tables) => ({
      stock: {
        ...stock,
        placeMany: async (plan) => {
          const refused = plan.refused.map(({ placement }) => placement);
          for (const { order } of [...plan.accepted, ...refused]) {
            tables.orders.delete(order.orderId);
            tables.rejected.delete(order.orderId);
          }
          return stock.placeMany(plan);
        },
      },
    }),
  },
  oversold: {
    bug: 'drops the condition that there are units for the accepted',
    store: ({ stock }) => ({
      stock: { ...stock, placeMany: (plan) => stock.placeMany({ ...plan, takenUnits: -99 }) },
    }),
  },
  'false refusal': {
    bug: 'drops the condition that there are too few units for the refused',
    store: ({ stock }) => ({
      stock: {
        ...stock,
        placeMany: (plan) => stock.placeMany({ ...plan, mostUnits: Infinity }),
      },
    }),
  },
  'expired orders keep their units': {
    bug: 'refuses without looking for expired orders',
    client: ({ orders }) => ({
      orders: {
        find: (orderId) => orders.find(orderId),
        decision: (orderId) => orders.decision(orderId),
        expiredHolds: async () => ({ orders: [], complete: true }),
        noteHoldsFrom: (sku, from, to) => orders.noteHoldsFrom(sku, from, to),
      },
    }),
  },
  'lane read backwards': {
    bug: 'decides a batch from its end',
    records: (records) => records.toReversed(),
  },
  'outage swallowed': {
    bug: 'takes orders for decided when the store did not answer',
    placeGroup: (sound) => async (group, patience, makeRoom) => {
      try {
        return await sound(group, patience, makeRoom);
      } catch {
        return group.placements.map(() => ({ kind: 'placed', reply: '' }));
      }
    },
  },
  'failure not reported': {
    bug: 'reports every batch as done',
    response: () => ({ batchItemFailures: [] }),
  },
  'failure reported late': {
    bug: 'names the record behind the first that failed',
    response: ({ batchItemFailures }) => ({
      batchItemFailures: batchItemFailures.map(({ itemIdentifier }) => ({
        itemIdentifier: { ...itemIdentifier, offset: itemIdentifier.offset + 1 },
      })),
    }),
  },
  'refusals forgotten': {
    bug: 'does not keep refusals',
    store: ({ stock }, tables) => ({
      stock: {
        ...stock,
        placeMany: async (plan) => {
          const answer = await stock.placeMany(plan);
          if (answer.kind === 'carried-out') tables.rejected.clear();
          return answer;
        },
      },
    }),
  },
  'poison dropped': {
    bug: 'passes poison over without keeping it',
    client: () => ({ deadLetters: { keep: async () => ({ kind: 'kept' }) } }),
  },
  'lane falls back': {
    bug: 'notes the place of a group that comes again',
    store: ({ stock }, tables) => ({
      stock: {
        ...stock,
        placeMany: async (plan) => {
          const answer = await stock.placeMany(plan);
          const shelf = tables.shelves.get(plan.sku);
          if (answer.kind === 'moved' && shelf?.laneOffset !== undefined && plan.lane) {
            tables.shelves.set(plan.sku, { ...shelf, laneOffset: shelf.laneOffset - 1 });
          }
          return answer;
        },
      },
    }),
  },
};
