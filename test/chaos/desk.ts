import { randomUUID } from 'node:crypto';
import { orderIdOf, type RequestId } from '../../lib/domain/ids.ts';
import { Patience } from '../../lib/domain/patience.ts';
import { MemoryLane } from '../../lib/adapters/memory/lane.ts';
import { defaultStrategy } from '../../lib/domain/product.ts';
import { Unavailable } from '../../lib/domain/unavailable.ts';
import { callMsMax } from '../../lib/runtime/timeouts.ts';
import { dynamoShop } from '../../lib/adapters/dynamodb/shop.ts';
import { rememberedPrices } from '../../lib/adapters/memory/price-list.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { openDatabase } from '../../lib/runtime/database.ts';
import { strategiesOn } from '../../lib/strategies/index.ts';
import { placeOrder } from '../../lib/usecases/place-order.ts';
import { type Driver, watchedStock } from './holding.ts';
import type { Answer, ChaosOrder, Mutant, WorkerSettings } from './protocol.ts';
import { openShortLocks, shortLeases } from './short-leases.ts';

/** Where orders are placed, with clients of its own, as one container of the shop has them. */
export interface Desk {
  /** For so long, or for as long as the settings say. */
  place(order: ChaosOrder, requestMsMax?: number): Promise<Answer>;
  lostReplies(): number;
  /** Breaks its connections to Redis for good. */
  close(): void;
}

export function openDesk(settings: WorkerSettings, driver: Driver): Desk {
  const { endpoint, tablePrefix, leaseMs, mutant } = settings;
  const database = openDatabase({ DYNAMODB_ENDPOINT: endpoint, TABLE_PREFIX: tablePrefix }, []);
  const shop = dynamoShop(database);
  const stock = watchedStock(shop.stock, driver, settings);
  const { locks, lostReplies, close } = openShortLocks(settings, driver);
  const leases = shortLeases(shop.leases, leaseMs);
  const deps = {
    ...shop,
    stock,
    prices: rememberedPrices(),
    strategies: strategiesOn({ ...shop, stock, leases, ...locks, lane: new MemoryLane() }),
    currency: 'KRW',
    reservationMs: 600_000,
  };

  async function place(
    { sku, userId, token }: ChaosOrder,
    requestMsMax = settings.requestMsMax,
  ): Promise<Answer> {
    const patience = new Patience(systemClock, {
      deadlineMs: Date.now() + requestMsMax,
      callMsMax: callMsMax({ DYNAMODB_ENDPOINT: endpoint }),
    });
    const requestId = randomUUID() as RequestId;
    const command = { userId, token, requestId, fingerprint: sku, lines: [{ sku, quantity: 1 }] };
    try {
      return await placeOrder(deps, command, patience);
    } catch (error) {
      if (error instanceof Unavailable) return { kind: 'unavailable' };
      throw error;
    }
  }

  return {
    place: mutant === undefined ? place : lying(mutant, place),
    lostReplies,
    close,
  };
}

/** One answer in so many is a lie. */
const LIE_EVERY = 5;

function lying(mutant: Mutant, place: Desk['place']): Desk['place'] {
  let asked = 0;
  return async (order, requestMsMax) => {
    asked += 1;
    const lies = asked % LIE_EVERY === 0;
    if (lies && mutant === 'refuses-unseen') {
      const orderId = orderIdOf(order.token);
      return { kind: 'insufficient', shortages: [], orderId, strategy: defaultStrategy };
    }
    const truth = await place(order, requestMsMax);
    return lies && mutant === 'denies-placed' && truth.kind === 'placed'
      ? { ...truth, kind: 'contended' }
      : truth;
  };
}
