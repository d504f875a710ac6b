import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Fence } from '../../../lib/domain/ids.ts';
import type { HoldOptions } from '../../../lib/ports/lock.ts';
import { type Bench, benchOf, keysOf, latch, sleep, timed, until } from './lock-bench.ts';

const url = process.env['REDIS_URL'] ?? '';
const plain = new Redis(url);
afterAll(() => {
  plain.disconnect();
});

const patient: HoldOptions = { leaseMs: 10_000, waitMsMax: 20_000 };
const fenceOf = async (fence: Fence) => fence;

let key: string;
let opened: Bench[];
beforeEach(() => {
  key = `pubsub-lock-test-${randomUUID()}`;
  opened = [];
});
afterEach(async () => {
  for (const { close } of opened) close();
  await plain.del('nothing', ...(await keysOf(plain, key)).keys());
});

const bench = (): Bench => {
  const made = benchOf('pubsub', url);
  opened.push(made);
  return made;
};
const queue = () => `lock:{${key}}:queue`;
const waiting = () => `lock:{${key}}:waiting`;
const inLine = async (count: number) =>
  until(
    async () => (await plain.llen(queue())) === count && (await plain.hlen(waiting())) === count,
  );

/** Holds the lock until told to let go. */
async function held(options: HoldOptions = patient): Promise<() => Promise<unknown>> {
  const [inside, free] = [latch(), latch()];
  const holding = bench().lock.hold(key, options, () => {
    inside.open();
    return free.opened;
  });
  await inside.opened;
  return () => {
    free.open();
    return holding;
  };
}

/** One who hears no messages, as if they were all lost. */
function deaf(): Bench {
  const made = bench();
  jest.spyOn(made.mailbox, 'listen').mockReturnValue(() => undefined);
  return made;
}

it('serves those who wait in the order in which they came, from whatever process', async () => {
  const letGo = await held();
  const benches = [bench(), bench(), bench()];
  const served: number[] = [];
  const all: Promise<unknown>[] = [];
  for (let i = 0; i < 12; i += 1) {
    const { lock } = benches[i % 3] as Bench;
    all.push(lock.hold(key, patient, async () => served.push(i)));
    await inLine(i + 1);
  }
  await letGo();
  await Promise.all(all);
  expect(served).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect([...(await keysOf(plain, key)).keys()]).toEqual([`lock:{${key}}:fence`]);
});

it('is the head waiter’s from the release on: nobody slips in before it hears', async () => {
  const letGo = await held();
  const heir = deaf().lock.hold(key, { ...patient, waitMsMax: 1_000 }, fenceOf);
  await inLine(1);
  const [heirId] = await plain.lrange(queue(), 0, -1);
  await letGo();
  const owner = await plain.get(`lock:{${key}}:held`);
  expect(owner?.split(' ')[0]).toBe(heirId);
  const intruder = await bench().lock.hold(key, { ...patient, waitMsMax: 0 }, fenceOf);
  expect(intruder).toEqual({ kind: 'busy' });
  await heir;
});

it('heals a lost message within the lease of the holder before', async () => {
  const letGo = await held({ leaseMs: 800, waitMsMax: 0 });
  const { lock } = deaf();
  const heir = timed(() => lock.hold(key, patient, fenceOf));
  await inLine(1);
  await letGo();
  const [, fence] = (await plain.get(`lock:{${key}}:held`))?.split(' ') ?? [];
  const { value, ms } = await heir;
  expect(value).toEqual({ kind: 'held', value: Number(fence), lost: false });
  expect(ms).toBeLessThan(800 + 500);
});

it('begins the lease anew for one who hears late that it has the lock', async () => {
  const letGo = await held({ leaseMs: 800, waitMsMax: 0 });
  const { lock } = deaf();
  const heir = lock.hold(key, { ...patient, leaseMs: 1_200 }, async () => {
    await sleep(700);
  });
  await inLine(1);
  await letGo();
  expect(await heir).toMatchObject({ kind: 'held', lost: false });
});

it('passes over those who are not known to live any more', async () => {
  const letGo = await held();
  const past = `${Date.now() - 1_000} 10000 0 mail:nobody`;
  await plain.rpush(queue(), 'dead-1', 'dead-2', 'gone');
  await plain.hset(waiting(), { 'dead-1': past, 'dead-2': past });
  const heir = timed(() => bench().lock.hold(key, patient, fenceOf));
  await until(async () => (await plain.llen(queue())) === 4);
  await letGo();
  const { value, ms } = await heir;
  expect(value).toMatchObject({ kind: 'held', lost: false });
  expect(ms).toBeLessThan(1_000);
  expect(await plain.exists(queue(), waiting())).toBe(0);
});

it('waits at most a lease for one who died in the queue a moment ago', async () => {
  const letGo = await held({ leaseMs: 600, waitMsMax: 0 });
  const dying = bench();
  const died = dying.lock.hold(key, { leaseMs: 600, waitMsMax: 5_000 }, fenceOf);
  died.catch(() => undefined);
  await inLine(1);
  const heir = timed(() => bench().lock.hold(key, patient, fenceOf));
  await inLine(2);
  dying.close();
  // A message may still come in on a connection that is being closed.
  await sleep(30);
  await letGo();
  const { value, ms } = await heir;
  expect(value).toMatchObject({ kind: 'held', lost: false });
  expect(ms).toBeLessThan(600 + 600);
  await expect(died).rejects.toMatchObject({ name: 'Unavailable' });
});

it('keeps the place of one who waits for longer than a lease', async () => {
  const options: HoldOptions = { leaseMs: 600, waitMsMax: 20_000 };
  const letGo = await held(options);
  const served: number[] = [];
  const all: Promise<unknown>[] = [];
  for (let i = 0; i < 5; i += 1) {
    const work = async () => {
      await sleep(400);
      served.push(i);
    };
    all.push(bench().lock.hold(key, options, work));
    await inLine(i + 1);
  }
  await letGo();
  for (const one of await Promise.all(all)) expect(one).toMatchObject({ lost: false });
  expect(served).toEqual([0, 1, 2, 3, 4]);
});

it('leaves the queue when it has waited enough', async () => {
  const letGo = await held();
  const { lock } = bench();
  const all = [400, 450, 500].map((waitMsMax) =>
    lock.hold(key, { leaseMs: 10_000, waitMsMax }, fenceOf),
  );
  await inLine(3);
  expect(await Promise.all(all)).toEqual([{ kind: 'busy' }, { kind: 'busy' }, { kind: 'busy' }]);
  expect(await plain.exists(queue(), waiting())).toBe(0);
  expect(await letGo()).toMatchObject({ lost: false });
});

it('hands the lock on when it was handed over in the moment of giving up', async () => {
  const letGo = await held();
  const quitter = deaf().lock.hold(key, { leaseMs: 10_000, waitMsMax: 600 }, fenceOf);
  await inLine(1);
  const heir = timed(() => bench().lock.hold(key, patient, fenceOf));
  await inLine(2);
  await letGo();
  expect(await quitter).toEqual({ kind: 'busy' });
  const { value, ms } = await heir;
  expect(value).toMatchObject({ kind: 'held', lost: false });
  expect(ms).toBeLessThan(1_600);
});
