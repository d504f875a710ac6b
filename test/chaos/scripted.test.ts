import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Fence, orderIdOf, type Sku } from '../../lib/domain/ids.ts';
import type { StrategyName } from '../../lib/domain/product.ts';
import { dynamoShop } from '../../lib/adapters/dynamodb/shop.ts';
import { fenceKey } from '../../lib/adapters/redis/fence.ts';
import { openDatabase } from '../../lib/runtime/database.ts';
import { timeouts } from '../../lib/runtime/timeouts.ts';
import { createTables } from '../../localstack/shop/tables.ts';
import { BenchShop, tally, times } from '../contract/bench-shop.ts';
import { redisLocks, withoutRedis } from '../strategies.ts';
import { endpointOfTests, LEASE_MS, orderOf } from './arena.ts';
import { type Desk, openDesk } from './desk.ts';
import type { Driver } from './holding.ts';
import type { Answer, Fate, WorkerSettings } from './protocol.ts';
import { OwnRedis } from './server.ts';

/** What may go wrong with a holder or with Redis, one thing at a time, on a real store. */

const endpoint = endpointOfTests();
const tablePrefix = `chaos-${randomUUID().slice(0, 8)}-`;
const database = openDatabase({ DYNAMODB_ENDPOINT: endpoint, TABLE_PREFIX: tablePrefix }, []);
const shop = new BenchShop(dynamoShop(database));
/** As long as the shop gives a request. */
const REQUEST_MS_MAX = timeouts.requestMs;
/** The last call may begin just before, and the answer must travel. */
const LAST_CALL_MS = 1_000;

let redis: OwnRedis;
const desks: Desk[] = [];
/** How long each request took that was answered in the case under way. */
const tookMs: number[] = [];
beforeAll(async () => {
  await createTables(endpoint, tablePrefix);
  redis = await OwnRedis.start('chaos-test');
});
afterEach(() => {
  for (const desk of desks.splice(0)) desk.close();
  expect(Math.max(...tookMs.splice(0))).toBeLessThan(REQUEST_MS_MAX + LAST_CALL_MS);
});
afterAll(() => redis.stop());

const none: Fate = { kind: 'none' };
const newOrder = (sku: Sku) => orderOf(sku, Math.random);

/** A container of the shop; whoever holds a lock in it waits for its fate. */
function desk(fate: Driver['fate'] = async () => none): Desk {
  return opened(settings(), fate);
}

const settings = (): WorkerSettings => ({
  ...{ redisUrl: redis.url, endpoint, tablePrefix, leaseMs: LEASE_MS },
  ...{ requestMsMax: REQUEST_MS_MAX, seed: 1, lostReplies: 0, dwellMs: 0 },
});

function opened(settings: WorkerSettings, fate: Driver['fate']): Desk {
  const own = openDesk(settings, { fate, tell: async () => undefined });
  const one: Desk = {
    ...own,
    place: async (order) => {
      const sinceMs = performance.now();
      const answer = await own.place(order);
      tookMs.push(performance.now() - sinceMs);
      return answer;
    },
  };
  desks.push(one);
  return one;
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

describe.each(redisLocks)('%s', (strategy) => {
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

  it('serves all 200 who wait when Redis is emptied and counts from far behind', async () => {
    const sku = await stocked(strategy, 120);
    // Its clock ran an hour fast, and it has counted on from there; the store has seen that.
    await redis.client.set(fenceKey(sku), (Date.now() + 3_600_000) * 1_000);
    expect(await desk().place(newOrder(sku))).toMatchObject({ kind: 'placed' });
    const first = stillHolder();
    const four = [first.desk, desk(), desk(), desk()] as const;
    const answers = [first.desk.place(newOrder(sku))];
    await first.held;
    answers.push(...times(198, (i) => (four[i % 4] ?? first.desk).place(newOrder(sku))));
    await sleep(LEASE_MS / 2);
    await redis.client.multi().flushall().set(fenceKey(sku), 1).exec();
    first.thaw();
    expect(tally(await Promise.all(answers))).toEqual({ placed: 119, insufficient: 80 });
    expect(await shop.left(sku)).toBe(0);
    const fence = Number(await redis.client.get(fenceKey(sku)));
    // What was learned from the store counts on, and from there no further lock needs to learn.
    expect(fence).toBeGreaterThan((Date.now() + 3_000_000) * 1_000);
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

describe.each(['dynamodb-lease', ...redisLocks] as const)('%s', (strategy) => {
  it('loses one lease to a holder that dies, and not more', async () => {
    const sku = await stocked(strategy, 9);
    const dead = stillHolder();
    void dead.desk.place(newOrder(sku)).catch(() => undefined);
    await dead.held;
    dead.desk.close();
    const sinceMs = performance.now();
    const [one, two] = [desk(), desk()];
    const others = times(6, (i) => (i % 2 ? one : two).place(newOrder(sku)));
    await Promise.race(others);
    const firstMs = performance.now() - sinceMs;
    expect(tally(await Promise.all(others))).toEqual({ placed: 6 });
    const lastMs = performance.now() - sinceMs;
    // Nobody is let in beside a holder that may be alive.
    expect(firstMs).toBeGreaterThan(LEASE_MS / 3);
    expect(firstMs).toBeLessThan(2 * LEASE_MS);
    expect(lastMs).toBeLessThan(3 * LEASE_MS);
    // What a dead leader had in hand is decided by the next one; nobody else knew of the order.
    expect(await shop.left(sku)).toBe(strategy === 'redis-combining' ? 2 : 3);
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
    const one = opened({ ...settings(), redisUrl: own.url }, async () => none);
    const skus = new Map<StrategyName, Sku>();
    for (const strategy of redisLocks) {
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
    for (const strategy of withoutRedis) {
      const sku = await stocked(strategy, 1);
      expect(await one.place(newOrder(sku))).toMatchObject({ kind: 'placed' });
      expect(await one.place(newOrder(sku))).toMatchObject({ kind: 'insufficient' });
    }
    await own.stop();
  });
});
