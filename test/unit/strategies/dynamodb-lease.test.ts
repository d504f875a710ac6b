import { expect, it } from '@jest/globals';
import { memoryShop } from '../../../lib/adapters/memory/shop.ts';
import { Patience } from '../../../lib/domain/patience.ts';
import { Unavailable } from '../../../lib/domain/unavailable.ts';
import { dynamodbLease } from '../../../lib/strategies/dynamodb-lease.ts';
import { BenchShop, tally, times } from '../../contract/bench-shop.ts';
import { placement } from '../../contract/group-contract.ts';
import { VirtualTime } from './virtual-time.ts';

const CALL_MS_MAX = 1_000;

/** A store two of whose calls are served at a time, on a clock that jumps. */
async function stage(units: number, { serviceMs = 1, wireMs = 3 } = {}) {
  const time = new VirtualTime();
  const ports = memoryShop();
  const bench = new BenchShop(ports);
  bench.nowMs = 0;
  const sku = await bench.stocked('shoe', units);
  const seen = { calls: 0, awaySinceMs: Infinity };
  const freeAtMs = [0, 0];
  const called = async <T>(work: () => Promise<T>): Promise<T> => {
    seen.calls += 1;
    const first = freeAtMs[0] === Math.min(...freeAtMs) ? 0 : 1;
    const doneMs = Math.max(time.now, freeAtMs[first] ?? 0) + serviceMs;
    freeAtMs[first] = doneMs;
    await time.sleep(doneMs - time.now);
    if (time.now >= seen.awaySinceMs) {
      await time.sleep(CALL_MS_MAX);
      throw new Unavailable('dynamodb', 'unknown');
    }
    const answer = await work();
    await time.sleep(wireMs);
    return answer;
  };
  const { stock, leases, orders } = ports;
  const strategy = dynamodbLease({
    stock: {
      place: (...args) => called(() => stock.place(...args)),
      shelf: (...args) => called(() => stock.shelf(...args)),
    },
    leases: {
      acquire: (asked) => called(() => leases.acquire(asked)),
      release: (...args) => called(() => leases.release(...args)),
    },
    orders: { decision: (...args) => called(() => orders.decision(...args)) },
  });
  const patience = () =>
    new Patience(time, { deadlineMs: time.now + 20_000, callMsMax: CALL_MS_MAX });
  const place = async () => strategy(await placement(bench, sku, 1), patience());
  return { time, sku, ports, seen, place };
}

it.each([
  [30, 20, 6, 1_500],
  [200, 120, 8, 5_000],
  [1_000, 667, 9, 14_000],
])(
  'sells %i orders their %i units, with at most %i requests each',
  async (orders, units, callsMax, wallMsMax) => {
    const { time, seen, place } = await stage(units);
    const outcomes = await time.until(Promise.all(times(orders, place)));
    expect(tally(outcomes)).toEqual({ placed: units, insufficient: orders - units });
    expect(seen.calls / orders).toBeLessThanOrEqual(callsMax);
    expect(time.now).toBeLessThan(wallMsMax);
  },
);

it('keeps those away who wait when it is they who keep the store busy', async () => {
  const { time, place } = await stage(667, { serviceMs: 2.5 });
  const outcomes = await time.until(Promise.all(times(1_000, place)));
  expect(tally(outcomes)).toEqual({ placed: 667, insufficient: 333 });
});

it('costs two requests alone', async () => {
  const { time, seen, place } = await stage(1);
  expect((await time.until(place())).kind).toBe('placed');
  expect(seen.calls).toBe(2);
});

it('waits one lease for a dead holder, and no more', async () => {
  const { time, sku, ports, place } = await stage(5);
  const owner = 'somebody who is dead';
  await ports.leases.acquire({ sku, owner, units: 1, nowMs: 0, leaseMs: 2_500 });
  const outcomes = await time.until(Promise.all(times(3, place)));
  expect(tally(outcomes)).toEqual({ placed: 3 });
  expect(time.now).toBeGreaterThanOrEqual(2_500);
  expect(time.now).toBeLessThan(2_500 + 500);
});

it('tells a crowd within 3 s that the store is away, and never that it is contended', async () => {
  const { time, seen, place } = await stage(100);
  seen.awaySinceMs = 700;
  const answers = await time.until(Promise.allSettled(times(200, place)));
  const told = answers.filter(({ status }) => status === 'rejected');
  expect(told.length).toBeGreaterThan(100);
  for (const answer of answers) {
    if (answer.status === 'fulfilled') expect(answer.value.kind).toBe('placed');
    else expect(answer.reason).toMatchObject({ name: 'Unavailable', engine: 'dynamodb' });
  }
  expect(time.now - seen.awaySinceMs).toBeLessThan(3_000);
});
