import { randomUUID } from 'node:crypto';
import type { RequestId } from '../../lib/domain/ids.ts';
import { Patience } from '../../lib/domain/patience.ts';
import { Unavailable } from '../../lib/domain/unavailable.ts';
import { rememberedPrices } from '../../lib/adapters/memory/price-list.ts';
import { dynamoShop } from '../../lib/adapters/dynamodb/shop.ts';
import { callMsMax } from '../../lib/adapters/dynamodb/client.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { openDatabase } from '../../lib/runtime/database.ts';
import { strategiesOn } from '../../lib/strategies/index.ts';
import { placeOrder } from '../../lib/usecases/place-order.ts';
import { type Driver, watchedStock } from './holding.ts';
import { openShortLocks, shortLeases } from './short-leases.ts';
import type { Answer, ChaosOrder, Fate, FromWorker, ToWorker, WorkerSettings } from './protocol.ts';

/**
 * One container of the shop: it places one order at a time, as it is told to, and says when it holds
 * a lock and is about to write, so that it can be killed or frozen at that very moment.
 */
const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings;
const { endpoint, tablePrefix, requestMsMax } = settings;

// Whoever started it is gone, however that ended.
process.on('disconnect', () => process.exit());

/** Resolves when it was handed to the system: a worker that is killed next has still said it. */
const tell = (message: FromWorker): Promise<void> =>
  new Promise((resolve) => {
    process.send?.(message, () => {
      resolve();
    });
  });

let heard: (fate: Fate) => void = () => undefined;
const driver: Driver = {
  tell,
  fate: () =>
    new Promise((resolve) => {
      heard = resolve;
      void tell({ kind: 'holding' });
    }),
};

const database = openDatabase({ DYNAMODB_ENDPOINT: endpoint, TABLE_PREFIX: tablePrefix }, []);
const shop = dynamoShop(database);
const stock = watchedStock(shop.stock, driver, settings.mutant);
const { locks, lostReplies } = openShortLocks(settings, driver);
const deps = {
  ...shop,
  stock,
  prices: rememberedPrices(),
  strategies: strategiesOn({
    ...shop,
    stock,
    leases: shortLeases(shop.leases, settings.leaseMs),
    ...locks,
  }),
  currency: 'KRW',
  reservationMs: 600_000,
};

async function place({ sku, userId, token }: ChaosOrder): Promise<Answer> {
  const patience = new Patience(systemClock, {
    deadlineMs: Date.now() + requestMsMax,
    callMsMax: callMsMax(endpoint),
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

process.on('message', (message: ToWorker) => {
  if (message.kind === 'fate') {
    heard(message.fate);
    return;
  }
  place(message.order).then(
    (answer) => tell({ kind: 'answer', answer, lostReplies: lostReplies() }),
    (error: unknown) => tell({ kind: 'bug', text: String((error as Error).stack) }),
  );
});
void tell({ kind: 'ready' });
