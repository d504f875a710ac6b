import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Fence, orderIdOf, type Sku } from '../../lib/domain/ids.ts';
import type { StrategyName } from '../../lib/domain/product.ts';
import { dynamoShop } from '../../lib/adapters/dynamodb/shop.ts';
import { openDatabase } from '../../lib/runtime/database.ts';
import { createTables } from '../../localstack/shop/tables.ts';
import { BenchShop, tally, times } from '../contract/bench-shop.ts';
import { endpointOfTests, LEASE_MS, orderOf } from './arena.ts';
import { type Desk, openDesk } from './desk.ts';
import type { Driver } from './holding.ts';
import type { Answer, Fate, WorkerSettings } from './protocol.ts';
import { OwnRedis } from './server.ts';

/** What may go wrong with a holder or with Redis, one thing at a time, on a real store. */

const locked = ['redis-spin', 'redis-pubsub', 'redis-combining'] as const;
const endpoint = endpointOfTests();
const tablePrefix = `chaos-${randomUUID().slice(0, 8)}-`;
const database = openDatabase({ DYNAMODB_ENDPOINT: endpoint, TABLE_PREFIX: tablePrefix }, []);
const shop = new BenchShop(dynamoShop(database));
/** Longer than any case takes on a busy machine: an order that waits that long has hung. */
const REQUEST_MS_MAX = 40_000;

let redis: OwnRedis;
const desks: Desk[] = [];
beforeAll(async () => {
  await createTables(endpoint, tablePrefix);
  redis = await OwnRedis.start('chaos-test');
});
afterEach(() => {
  for (const desk of desks.splice(0)) desk.close();
});
afterAll(() => redis.stop());

const none: Fate = { kind: 'none' };
const newOrder = (sku: Sku) => orderOf(sku, Math.random);

/** A container of the shop; whoever holds a lock in it waits for its fate. */
function desk(fate: Driver['fate'] = async () => none): Desk {
  const settings: WorkerSettings = {
    ...{ redisUrl: redis.url, endpoint, tablePrefix, leaseMs: LEASE_MS },
    ...{ requestMsMax: REQUEST_MS_MAX, seed: 1, lostReplies: 0, dwellMs: 0 },
  };
  const opened = openDesk(settings, { fate, tell: async () => undefined });
  desks.push(opened);
  return opened;
}

/** A holder that stands still from the moment when it is about to write. */
function stillHolder() {
  const [held, thawed] = [Promise.withResolvers<undefined>(), Promise.withResolvers<Fate>()];
  let first = true;
  const fate = (): Promise<Fate> => {
    if (!first) return Promise.resolve(none);
    first = false;
    held.resolve(undefined);
    return thawed.promise;
  };
  const thaw = (to: Fate = none) => {
    thawed.resolve(to);
  };
  return { desk: desk(fate), held: held.promise, thaw };
}

const stocked = (strategy: StrategyName, units: number): Promise<Sku> =>
  shop.stocked('scripted', units, 100, strategy);

describe.each(locked)('%s', (strategy) => {
  it('answers truthfully to a holder that wakes up when others have gone on', async () => {
    const sku = await stocked(strategy, 1);
    const late = stillHolder();
    const orders = [newOrder(sku), newOrder(sku)] as const;
    const lateAnswer = late.desk.place(orders[0]);
    await late.held;
    const answer = await desk().place(orders[1]);
    late.thaw();
    const answers = [await lateAnswer, answer];
    const told = answers.map(({ kind }) => settled(kind));
    // Whoever combines finds the order of the one who stands still, and it came first.
    const [yes, no] = ['placed', 'insufficient'];
    expect(told).toEqual(strategy === 'redis-combining' ? [yes, no] : [no, yes]);
    const rows = orders.map(({ token }) => shop.ports.orders.find(orderIdOf(token)));
    const found = (await Promise.all(rows)).map((row) => (row === undefined ? no : yes));
    expect(found).toEqual(told);
    expect(await shop.left(sku)).toBe(0);
  });

  it('sells to a holder that wakes up late, if there is something left', async () => {
    const sku = await stocked(strategy, 2);
    const late = stillHolder();
    const lateAnswer = late.desk.place(newOrder(sku));
    await late.held;
    expect(await desk().place(newOrder(sku))).toMatchObject({ kind: 'placed' });
    late.thaw();
    expect((await lateAnswer).kind).toMatch(/^(placed|replayed)$/);
    expect(await shop.left(sku)).toBe(0);
  });

  it('serves all 200 who wait when Redis is emptied', async () => {
    const sku = await stocked(strategy, 120);
    const first = stillHolder();
    const four = [first.desk, desk(), desk(), desk()] as const;
    const answers = [first.desk.place(newOrder(sku))];
    await first.held;
    answers.push(...times(199, (i) => (four[i % 4] ?? first.desk).place(newOrder(sku))));
    await sleep(LEASE_MS / 2);
    await redis.client.flushall();
    first.thaw();
    expect(tally(await Promise.all(answers))).toEqual({ placed: 120, insufficient: 80 });
    expect(await shop.left(sku)).toBe(0);
  });

  it('goes on when Redis counts from far behind what the store has seen', async () => {
    const sku = await stocked(strategy, 21);
    const hourAhead = (Date.now() + 3_600_000) * 1_000;
    await soldUnder(hourAhead as Fence, sku);
    const [one, two] = [desk(), desk()];
    const answers = times(30, (i) => (i % 2 ? one : two).place(newOrder(sku)));
    expect(tally(await Promise.all(answers))).toEqual({ placed: 20, insufficient: 10 });
    expect(await shop.left(sku)).toBe(0);
  });
});

describe('redis-combining', () => {
  it('serves 20 who wait for a leader that stands still', async () => {
    const sku = await stocked('redis-combining', 15);
    const leader = stillHolder();
    const own = leader.desk.place(newOrder(sku));
    await leader.held;
    const [one, two] = [desk(), desk()];
    const others = times(20, (i) => (i % 2 ? one : two).place(newOrder(sku)));
    const told = await Promise.all(others);
    leader.thaw();
    const all = tally([...told, await own].map(({ kind }) => ({ kind: settled(kind) })));
    expect(all).toEqual({ placed: 15, insufficient: 6 });
    expect(await shop.left(sku)).toBe(0);
  });

  it('finds the orders of a leader that was killed between its commit and its word', async () => {
    const sku = await stocked('redis-combining', 15);
    const leader = stillHolder();
    const order = newOrder(sku);
    void leader.desk.place(order);
    await leader.held;
    const [one, two] = [desk(), desk()];
    const others = times(20, (i) => (i % 2 ? one : two).place(newOrder(sku)));
    leader.thaw({ kind: 'halted' });
    while ((await shop.left(sku)) === 15) await sleep(5);
    leader.desk.close();
    const again = desk().place(order);
    const all = await Promise.all([...others, again]);
    expect(await again).toMatchObject({ kind: 'replayed' });
    expect(tally(all.map(({ kind }) => ({ kind: settled(kind) })))).toEqual({
      placed: 15,
      insufficient: 6,
    });
    expect(await shop.left(sku)).toBe(0);
  });
});

/** What has been placed before is placed. */
const settled = (kind: Answer['kind']): string => (kind === 'replayed' ? 'placed' : kind);

/** An order under a fence of our own making. */
async function soldUnder(fence: Fence, sku: Sku): Promise<void> {
  const { ports } = shop;
  const { stock } = ports;
  const fenced: typeof stock = {
    ...stock,
    place: (placement) => stock.place(placement, { kind: 'fence', fence }),
  };
  const seller = new BenchShop({ ...ports, stock: fenced });
  seller.nowMs = Date.now();
  expect(await seller.place([[sku, 1]])).toMatchObject({ kind: 'placed' });
}

describe('without Redis', () => {
  it('tells it within a second where a lock is needed, and sells, charges and is paid elsewhere', async () => {
    const own = await OwnRedis.start('chaos-test');
    const one = openDesk(
      {
        ...{ redisUrl: own.url, endpoint, tablePrefix, leaseMs: LEASE_MS },
        ...{ requestMsMax: REQUEST_MS_MAX, seed: 1, lostReplies: 0, dwellMs: 0 },
      },
      { fate: async () => none, tell: async () => undefined },
    );
    desks.push(one);
    const skus = new Map<StrategyName, Sku>();
    for (const strategy of locked) {
      const sku = await stocked(strategy, 5);
      skus.set(strategy, sku);
      expect(await one.place(newOrder(sku))).toMatchObject({ kind: 'placed' });
    }
    await own.kill();
    for (const sku of skus.values()) {
      // The alarm is as late as everything else on a machine that is busy.
      const alarm = sleep(1_000, { kind: 'not told within a second' });
      const answer = await Promise.race([one.place(newOrder(sku)), alarm]);
      expect(answer).toEqual({ kind: 'unavailable' });
      expect(await shop.left(sku)).toBe(4);
    }
    for (const strategy of ['conditional-write', 'dynamodb-lease', 'version-retry'] as const) {
      const sku = await stocked(strategy, 1);
      expect(await one.place(newOrder(sku))).toMatchObject({ kind: 'placed' });
      expect(await one.place(newOrder(sku))).toMatchObject({ kind: 'insufficient' });
    }
    await own.stop();
  });
});
