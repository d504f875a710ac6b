import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { onwards, scripted } from '../../fault-box/faults.ts';
import { RedisFaultBox, redisFaults } from '../../fault-box/redis.ts';
import type { Fence } from '../../../lib/domain/ids.ts';
import { Doubtful, Unavailable } from '../../../lib/domain/unavailable.ts';
import type { HoldOptions } from '../../../lib/ports/lock.ts';
import { type Bench, benchOf, keysOf, kinds, latch, sleep, timed } from './lock-bench.ts';

const url = process.env['REDIS_URL'] ?? '';
const plain = new Redis(url);
afterAll(() => {
  plain.disconnect();
});

const patient: HoldOptions = { leaseMs: 10_000, waitMsMax: 20_000 };
const fenceOf = async (fence: Fence) => fence;

describe.each(kinds)('the %s lock', (kind) => {
  let key: string;
  let opened: Bench[];
  const bench = (): Bench => {
    const made = benchOf(kind, url);
    opened.push(made);
    return made;
  };
  const holderKey = () => `lock:{${key}}:${kind === 'spin' ? 'spin' : 'held'}`;
  const fenceKey = () => `lock:{${key}}:fence`;
  beforeEach(() => {
    key = `lock-test-${randomUUID()}`;
    opened = [];
  });
  afterEach(async () => {
    for (const { close } of opened) close();
    const names = [...(await keysOf(plain, key)).keys()];
    await plain.del(`${key}-count`, `${key}-fences`, `lock:{${key}}:outage`, ...names);
  });

  it('lets one of 30 workers in at a time, each with a newer fence', async () => {
    const { lock } = bench();
    const fences: Fence[] = [];
    let inside = 0;
    let insideMax = 0;
    await Promise.all(
      Array.from({ length: 30 }, () =>
        lock.hold(key, patient, async (fence) => {
          insideMax = Math.max(insideMax, (inside += 1));
          await sleep(1);
          fences.push(fence);
          inside -= 1;
        }),
      ),
    );
    expect([insideMax, new Set(fences).size]).toEqual([1, 30]);
    expect(fences).toEqual(fences.toSorted((a, b) => a - b));
  });

  it('lets one worker of 4 processes in at a time', async () => {
    const [processes, workers, sections] = [4, 8, 5];
    const file = join(import.meta.dirname, 'lock-worker.ts');
    const args = [file, kind, url, key, workers, sections].map(String);
    const run = () => promisify(execFile)(process.execPath, args, { timeout: 40_000 });
    await Promise.all(Array.from({ length: processes }, run));
    const fences = await plain.lrange(`${key}-fences`, 0, -1);
    const total = processes * workers * sections;
    expect([await plain.get(`${key}-count`), fences.length]).toEqual([String(total), total]);
    expect(fences).toEqual([...new Set(fences)].toSorted((a, b) => Number(a) - Number(b)));
  });

  it('tells what the work comes to, and its error, and is free again after both', async () => {
    const { lock } = bench();
    const held = await lock.hold(key, patient, async () => 'done');
    expect(held).toEqual({ kind: 'held', value: 'done', lost: false });
    const failing = lock.hold(key, patient, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await plain.exists(holderKey())).toBe(0);
  });

  it('is busy when others hold it all the time, and the work is not begun', async () => {
    const [{ lock }, others] = [bench(), bench()];
    const [held, free] = [latch(), latch()];
    const holding = others.lock.hold(key, patient, () => {
      held.open();
      return free.opened;
    });
    await held.opened;
    let begun = 0;
    for (const waitMsMax of [0, 60]) {
      const answer = await timed(() =>
        lock.hold(key, { leaseMs: 10_000, waitMsMax }, async () => (begun += 1)),
      );
      expect(answer.value).toEqual({ kind: 'busy' });
      expect(answer.ms).toBeGreaterThanOrEqual(waitMsMax - 1);
      expect(answer.ms).toBeLessThan(waitMsMax + 500);
    }
    expect([...(await keysOf(plain, key)).keys()]).toEqual([holderKey(), fenceKey()]);
    free.open();
    expect(await holding).toMatchObject({ lost: false });
    expect(begun).toBe(0);
  });

  it('goes to the next when the lease of a dead holder has run out, who learns that it lost it', async () => {
    const [dead, next] = [bench(), bench()];
    const [held, free] = [latch(), latch()];
    let older = 0;
    const losing = dead.lock.hold(key, { ...patient, leaseMs: 600 }, (fence) => {
      older = fence;
      held.open();
      return free.opened;
    });
    await held.opened;
    const { value, ms } = await timed(() => next.lock.hold(key, patient, fenceOf));
    expect(value).toMatchObject({ kind: 'held', lost: false });
    expect(value.kind === 'held' && value.value).toBeGreaterThan(older);
    expect(ms).toBeLessThan(600 + 500);
    free.open();
    expect(await losing).toMatchObject({ kind: 'held', lost: true });
  });

  it('does not release what is another one’s by now', async () => {
    const [first, second] = [bench(), bench()];
    const [held, free] = [latch(), latch()];
    const work = async () => {
      await plain.del(holderKey());
      const holding = second.lock.hold(key, patient, () => {
        held.open();
        return free.opened;
      });
      await held.opened;
      return { holding };
    };
    const lost = await first.lock.hold(key, patient, work);
    expect(lost).toMatchObject({ kind: 'held', lost: true });
    expect(await plain.exists(holderKey())).toBe(1);
    free.open();
    if (lost.kind === 'held') expect(await lost.value.holding).toMatchObject({ lost: false });
  });

  it('tells nobody of a doubt of the holder alone, nor of an old outage whose note is gone', async () => {
    const { lock } = bench();
    await plain.set(`lock:{${key}}:outage`, 'old', 'PX', 30_000);
    const [holding, letGo] = [latch(), latch()];
    const holder = lock.hold(key, patient, async () => {
      holding.open();
      await letGo.opened;
      throw new Doubtful(new Unavailable('dynamodb', 'unknown'));
    });
    await holding.opened;
    const waiting = Array.from({ length: 5 }, () => lock.hold(key, patient, fenceOf));
    await sleep(100);
    await plain.del(`lock:{${key}}:outage`);
    await sleep(100);
    letGo.open();
    await expect(holder).rejects.toBeInstanceOf(Doubtful);
    const told = await Promise.all(waiting);
    expect(told.map(({ kind }) => kind)).toEqual(Array<string>(5).fill('held'));
  });

  it('tells all who wait of an outage that the work met, at once, and goes on', async () => {
    const [first, second] = [bench(), bench()];
    const inside = latch();
    const holding = first.lock.hold(key, patient, async () => {
      inside.open();
      await sleep(150);
      throw new Unavailable('dynamodb', 'unknown');
    });
    holding.catch(() => undefined);
    await inside.opened;
    let begun = 0;
    const waiting = Array.from({ length: 20 }, (_, i) =>
      timed(() =>
        (i % 2 ? first : second).lock
          .hold(key, patient, async () => (begun += 1))
          .catch((error: unknown) => error),
      ),
    );
    await expect(holding).rejects.toMatchObject({ name: 'Unavailable', fate: 'unknown' });
    for (const { value, ms } of await Promise.all(waiting)) {
      expect(value).toMatchObject({ name: 'Unavailable', fate: 'none' });
      expect(ms).toBeLessThan(1_000);
    }
    expect(begun).toBe(0);
    const next = await timed(() => second.lock.hold(key, patient, fenceOf));
    expect(next.value).toMatchObject({ kind: 'held', lost: false });
    expect(next.ms).toBeLessThan(500);
  });

  it('waits one lease for a dead holder though the server’s clock fell back an hour', async () => {
    const dead = bench();
    const inside = latch();
    const lease: HoldOptions = { leaseMs: 600, waitMsMax: 5_000 };
    void dead.lock.hold(key, lease, () => {
      inside.open();
      return new Promise(() => undefined);
    });
    await inside.opened;
    const [waiting, late] = [bench(), bench()];
    const first = timed(() => waiting.lock.hold(key, lease, fenceOf));
    await sleep(100);
    // To the server the lease has an hour more then.
    await plain.pexpire(holderKey(), 3_600_000);
    const second = timed(() => late.lock.hold(key, lease, fenceOf));
    for (const { value, ms } of await Promise.all([first, second])) {
      expect(value).toMatchObject({ kind: 'held', lost: false });
      expect(ms).toBeLessThan(600 + 500);
    }
  });

  it('gives newer fences though the server forgot all, by its time', async () => {
    const { lock } = bench();
    const before = await lock.hold(key, patient, fenceOf);
    await plain.del(holderKey(), fenceKey());
    const after = await lock.hold(key, patient, fenceOf);
    const values = [before, after].map((held) => (held.kind === 'held' ? held.value : 0));
    expect(values[1]).toBeGreaterThan(values[0] ?? NaN);
    expect(values[1]).toBeLessThan(2 ** 53);
    expect(values[1]).toBeGreaterThan((Date.now() - 60_000) * 1_000);
  });

  it('gives newer fences though the server’s time fell back, by its counter', async () => {
    const { lock } = bench();
    const ahead = 4_000_000_000_000_000;
    await plain.set(fenceKey(), ahead, 'PX', 60_000);
    expect(await lock.hold(key, patient, fenceOf)).toMatchObject({ value: ahead + 1 });
    expect(await plain.get(fenceKey())).toBe(String(ahead + 1));
  });

  it('gives a fence beyond what the store has seen, to one who waited too', async () => {
    const [{ lock }, others] = [bench(), bench()];
    const fenceAbove = 8_000_000_000_000_000 as Fence;
    await plain.set(fenceKey(), 5, 'PX', 60_000);
    const [held, free] = [latch(), latch()];
    const holding = others.lock.hold(key, patient, () => {
      held.open();
      return free.opened;
    });
    await held.opened;
    const waiting = lock.hold(key, { ...patient, fenceAbove }, fenceOf);
    await sleep(30);
    free.open();
    expect(await waiting).toMatchObject({ value: fenceAbove + 1 });
    expect(await lock.hold(key, patient, fenceOf)).toMatchObject({ value: fenceAbove + 2 });
    await holding;
  });

  /** A bench whose connection is up, so that faults befall only what the lock sends. */
  async function boxed(): Promise<Bench & { box: RedisFaultBox }> {
    const made = bench();
    await made.lock.hold(`${key}-warm`, patient, fenceOf);
    return { ...made, box: new RedisFaultBox(made.connection.redis) };
  }

  it('finds itself the owner after a lost reply, and does not wait for itself', async () => {
    const { lock, box } = await boxed();
    box.play(scripted({ 1: 'lost-reply' }));
    const { value, ms } = await timed(() => lock.hold(key, patient, fenceOf));
    expect(value).toEqual({ kind: 'held', value: expect.any(Number), lost: false });
    expect(ms).toBeLessThan(1_000);
    expect(box.log).toHaveLength(3);
  });

  it.each(redisFaults)('is got or told of when %s befalls the question', async (fault) => {
    const { lock, box } = await boxed();
    box.play(scripted({ 1: fault }));
    const { value, ms } = await timed(() =>
      lock.hold(key, { leaseMs: 400, waitMsMax: 5_000 }, fenceOf).catch((error: unknown) => error),
    );
    expect(ms).toBeLessThan(1_000);
    const got = { kind: 'held', lost: false };
    const refused = ['offline', 'loading', 'readonly', 'busy'].includes(fault);
    expect(value).toMatchObject(refused ? { name: 'Unavailable', fate: 'none' } : got);
    // A question that arrives too late gets the lock for nobody, until its lease has run out.
    await box.settle();
    const next = await timed(() => bench().lock.hold(key, patient, fenceOf));
    expect(next.value).toMatchObject(got);
    expect(next.ms).toBeLessThan(400 + 1_000);
  });

  it.each(redisFaults)('keeps the value when %s befalls the release', async (fault) => {
    const { lock, box } = await boxed();
    const holding = lock.hold(key, { leaseMs: 600, waitMsMax: 0 }, async () => {
      box.play(scripted({ 1: fault }));
      return 'done';
    });
    const next = bench().lock.hold(key, patient, fenceOf);
    const { value, ms } = await timed(() => holding);
    expect(value).toMatchObject({ kind: 'held', value: 'done' });
    expect(ms).toBeLessThan(1_000);
    await box.settle();
    expect(await next).toMatchObject({ kind: 'held', lost: false });
  });

  it('keeps the value when nobody can tell whether it was released', async () => {
    const { lock, box } = await boxed();
    const held = await lock.hold(key, patient, async () => {
      box.play(onwards(1, 'lost-reply'));
      return 'done';
    });
    expect(held).toEqual({ kind: 'held', value: 'done', lost: true });
  });

  it('throws an outage, and lets nobody wait for one who was told of it', async () => {
    const { lock, box } = await boxed();
    box.play(scripted({ 1: 'lost-reply', 2: 'lost-reply' }));
    const told = lock.hold(key, patient, fenceOf);
    await expect(told).rejects.toMatchObject({ name: 'Unavailable', fate: 'unknown' });
    const { value, ms } = await timed(() => bench().lock.hold(key, patient, fenceOf));
    expect(value).toMatchObject({ kind: 'held', lost: false });
    expect(ms).toBeLessThan(1_000);
  });

  it('leaves no key without an end', async () => {
    const { lock } = bench();
    const seen = new Set<string>();
    const look = async () => {
      for (const [name, ttl] of await keysOf(plain, key)) {
        seen.add(name);
        expect(ttl).toBeGreaterThan(0);
      }
    };
    await Promise.all(Array.from({ length: 10 }, () => lock.hold(key, patient, look)));
    expect(seen.size).toBe(kind === 'spin' ? 2 : 4);
    await look();
    const all: string[] = [];
    for await (const names of plain.scanStream({ match: `*${key}*`, count: 1_000 }))
      all.push(...(names as string[]));
    expect(all).toEqual([fenceKey()]);
  });
});
