import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createTables } from '../../localstack/shop/tables.ts';
import type { ChargeId } from '../../lib/domain/ids.ts';
import { persist } from '../../lib/domain/patience.ts';
import type { PlaceOutcome, Placement } from '../../lib/domain/placement.ts';
import { Unavailable } from '../../lib/domain/unavailable.ts';
import { conditionalWrite } from '../../lib/strategies/conditional-write.ts';
import { type App, InProcess } from '../in-process/functions.ts';
import { Bench, type BenchOptions, freshOrderId } from './bench.ts';
import { callsOf, firstLie } from './drive.ts';
import { keepsTheLaw } from './law.ts';
import { cartScenarios } from './scenarios-carts.ts';
import { moneyScenarios } from './scenarios-money.ts';
import { shopScenarios } from './scenarios.ts';

type Attempt<What, Outcome> = (what: What) => Promise<Outcome>;
type Placing = (
  placement: Placement,
  place: Attempt<Placement, PlaceOutcome>,
) => Promise<PlaceOutcome>;

/** A shop that places orders in some other way. */
const placing =
  (way: Placing) =>
  (app: App): App => {
    const place: Attempt<Placement, PlaceOutcome> = (placement) =>
      way(placement, (one) => app.stock.place(one));
    const stock = { ...app.stock, place };
    const strategies = { ...app.strategies, 'conditional-write': conditionalWrite(stock) };
    return { ...app, stock, strategies };
  };

/** An order that was there before an attempt, told in some other way. */
const rereading = (
  told: (outcome: PlaceOutcome, placement: Placement) => PlaceOutcome,
): Placing => {
  const tried = new WeakSet<object>();
  return async (placement, place) => {
    const again = tried.has(placement);
    tried.add(placement);
    const outcome = await place(placement);
    return again && outcome.kind === 'placed' ? told(outcome, placement) : outcome;
  };
};

const soldOut = ({ order }: Placement): PlaceOutcome => ({
  kind: 'insufficient',
  shortages: order.lines.map(({ sku, quantity }) => ({
    sku,
    requestedUnits: quantity,
    availableUnits: 0,
  })),
});

/** The bugs of shops like this one; `caught` is what the drive must say of it. */
const bugs: readonly {
  readonly name: string;
  readonly on: string;
  readonly caught: RegExp;
  readonly options: Pick<BenchOptions, 'broken' | 'tampered'>;
}[] = [
  {
    name: 'draws another id for each attempt',
    on: 'an order, the price remembered',
    caught: /who made the effect|a repeat is a replay/,
    options: {
      broken: placing((placement, place) => {
        const order = { ...placement.order, orderId: freshOrderId() };
        return place({ ...placement, order });
      }),
    },
  },
  {
    name: 'takes its own order for a sell-out',
    on: 'an order of all there is',
    caught: /told insufficient-stock, not 201|has no doubt to tell/,
    options: { broken: placing(rereading((_, placement) => soldOut(placement))) },
  },
  {
    name: 'tells its own order as a replay',
    on: 'an order, the price remembered',
    caught: /a replay of something/,
    options: {
      broken: placing(
        rereading((outcome) =>
          outcome.kind === 'placed' ? { ...outcome, kind: 'replayed' } : outcome,
        ),
      ),
    },
  },
  {
    name: 'tells a shortage in doubt',
    on: 'an order of more than there is',
    caught: /nothing happened late/,
    options: {
      broken: (app) => ({
        ...app,
        strategies: {
          ...app.strategies,
          'conditional-write': (placement, patience) =>
            persist(() => app.stock.place(placement), patience),
        },
      }),
    },
  },
  {
    name: 'writes its replies anew',
    on: 'an order, the price remembered',
    caught: /equal to the byte/,
    options: {
      broken: placing(async (placement, place) => {
        const outcome = await place(placement);
        if (outcome.kind !== 'replayed') return outcome;
        return { ...outcome, reply: JSON.stringify(JSON.parse(outcome.reply), null, 1) };
      }),
    },
  },
  {
    name: 'tells an adjustment without a reply as one that did not happen',
    on: 'a restock',
    caught: /nothing happened/,
    options: {
      broken: (app) => ({
        ...app,
        stock: {
          ...app.stock,
          adjust: async (adjustment) => {
            try {
              const outcome = await app.stock.adjust(adjustment);
              return outcome.kind === 'contended' ? { kind: 'contended' } : outcome;
            } catch (error) {
              if (error instanceof Unavailable) return { kind: 'contended' };
              throw error;
            }
          },
        },
      }),
    },
  },
  {
    name: 'books each attempt of a charge as an entry of its own',
    on: 'the first charge of a user',
    caught: /who made the effect|a repeat is a replay/,
    options: {
      broken: (app) => ({
        ...app,
        ledger: {
          ...app.ledger,
          charge: (booking) => {
            const entryId = `chg_${randomUUID()}` as ChargeId;
            return app.ledger.charge({ ...booking, entryId, ref: entryId });
          },
        },
      }),
    },
  },
  {
    name: 'takes its own item for one too many',
    on: 'an item for the last place in a cart',
    caught: /a repeat finds it done|told cart-full, not 200/,
    options: {
      broken: (app) => ({
        ...app,
        carts: {
          ...app.carts,
          put: async (userId, item) => {
            const cart = (await app.carts.find([userId])).get(userId) ?? [];
            return cart.length < 100 ? app.carts.put(userId, item) : { kind: 'full' };
          },
        },
      }),
    },
  },
  {
    name: 'lets the SDK try again, unseen',
    on: 'an order, the price remembered',
    caught: /ms until it was told/,
    options: {
      tampered: (client) => {
        client.config.retryStrategy = eager.config.retryStrategy;
      },
    },
  },
];

const eager = new DynamoDBClient({ region: 'local', maxAttempts: 3 });

const endpoint = process.env['DYNAMODB_ENDPOINT'] ?? '';
const prefix = `bites-${randomUUID()}-`;

describe('the drive catches a shop that', () => {
  let shop: InProcess;
  beforeAll(async () => {
    [shop] = await Promise.all([InProcess.load(), createTables(endpoint, prefix)]);
  });

  it.each(bugs)('$name', async ({ on, caught, options }) => {
    const scenario = [...shopScenarios, ...moneyScenarios, ...cartScenarios].find(
      ({ name }) => name === on,
    );
    if (scenario === undefined) throw new Error(`no scenario is ${on}`);
    const sound = new Bench(shop, { endpoint, prefix });
    const calls = await callsOf(keepsTheLaw, sound, scenario);
    const bench = new Bench(shop, { endpoint, prefix, ...options });
    expect(await firstLie(keepsTheLaw, bench, scenario, calls)).toMatch(caught);
  });
});
