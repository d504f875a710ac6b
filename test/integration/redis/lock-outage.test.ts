import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Fence } from '../../../lib/domain/ids.ts';
import type { HoldOptions } from '../../../lib/ports/lock.ts';
import { type Engines, startEngines } from '../../../localstack/engines/index.ts';
import { type Bench, benchOf, type Kind, kinds, latch, sleep, timed, until } from './lock-bench.ts';
import { frozen, signalTo } from '../../frozen.ts';

/** A server of this file's own, to be frozen, emptied, counted and ended. */

const OUTAGE_MS_MAX = 1_000;
const patient: HoldOptions = { leaseMs: 10_000, waitMsMax: 20_000 };
const fenceOf = async (fence: Fence) => fence;

let engines: Engines<'redis'>;
let url: string;
let plain: Redis;
beforeAll(async () => {
  const given = process.env['REDIS_URL'];
  delete process.env['REDIS_URL'];
  engines = await startEngines({ only: ['redis'], reuse: false, label: 'lock-outage-test' });
  if (given !== undefined) process.env['REDIS_URL'] = given;
  url = engines.env.REDIS_URL;
  plain = new Redis(url);
  plain.on('error', () => undefined);
});
afterAll(async () => {
  plain.disconnect();
  await engines.stop();
});

let key: string;
let opened: Bench[];
beforeEach(() => {
  key = `lock-outage-${randomUUID()}`;
  opened = [];
});
afterEach(() => {
  for (const { close } of opened) close();
});
const bench = (kind: Kind): Bench => {
  const made = benchOf(kind, url);
  opened.push(made);
  return made;
};

/** What one who wants the lock is told in an outage, and how long that takes. */
const told = (wanting: Promise<unknown>) =>
  timed(() => wanting.then(String, (error: unknown) => error));

describe.each(kinds)('the %s lock', (kind) => {
  it('tells that the server is frozen, and works again', async () => {
    const { lock } = bench(kind);
    await lock.hold(key, patient, fenceOf);
    const answers = await frozen(engines, () =>
      Promise.all(Array.from({ length: 20 }, () => told(lock.hold(key, patient, fenceOf)))),
    );
    for (const { value, ms } of answers) {
      expect(value).toMatchObject({ name: 'Unavailable', engine: 'redis' });
      expect(ms).toBeLessThan(OUTAGE_MS_MAX);
    }
    // Those who gave up have left, though the server met their questions only now.
    const { value, ms } = await timed(() => bench(kind).lock.hold(key, patient, fenceOf));
    expect(value).toMatchObject({ kind: 'held', lost: false });
    expect(ms).toBeLessThan(OUTAGE_MS_MAX);
  });

  it('tells it too before it was ever connected', async () => {
    const answer = await frozen(engines, () => told(bench(kind).lock.hold(key, patient, fenceOf)));
    expect(answer.value).toMatchObject({ name: 'Unavailable', fate: 'none' });
    expect(answer.ms).toBeLessThan(OUTAGE_MS_MAX);
  });

  it('keeps what the work came to when the server freezes meanwhile', async () => {
    const { lock } = bench(kind);
    const holding = lock.hold(key, patient, async () => {
      signalTo(engines, 'SIGSTOP');
      return 'done';
    });
    const { value, ms } = await timed(() => holding).finally(() => {
      signalTo(engines, 'SIGCONT');
    });
    expect(value).toEqual({ kind: 'held', value: 'done', lost: true });
    expect(ms).toBeLessThan(OUTAGE_MS_MAX);
    expect(await bench(kind).lock.hold(key, patient, fenceOf)).toMatchObject({ lost: false });
  });

  it('gives newer fences after the server was emptied in mid-sale', async () => {
    const { lock } = bench(kind);
    const fences: number[] = [];
    let lost = 0;
    const options: HoldOptions = { leaseMs: 1_500, waitMsMax: 20_000 };
    const worker = async (_: unknown, i: number) => {
      const held = await lock.hold(key, options, async (fence) => {
        fences.push(fence);
        if (i === 5) await plain.flushall();
        await sleep(1);
      });
      if (held.kind === 'held' && held.lost) lost += 1;
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    expect(fences).toHaveLength(20);
    expect(fences).toEqual(fences.toSorted((a, b) => a - b));
    expect(new Set(fences).size).toBe(20);
    expect(lost).toBe(1);
  });
});

describe('the pubsub lock', () => {
  const queue = () => `lock:{${key}}:queue`;

  it('tells those who wait in line in about a second that the server froze', async () => {
    const { lock } = bench('pubsub');
    const [inside, free] = [latch(), latch()];
    const holding = lock.hold(key, patient, () => {
      inside.open();
      return free.opened;
    });
    await inside.opened;
    const waiting = lock.hold(key, patient, fenceOf);
    await until(async () => (await plain.llen(queue())) === 1);
    const { value, ms } = await frozen(engines, () => told(waiting));
    expect(value).toMatchObject({ name: 'Unavailable', engine: 'redis' });
    expect(ms).toBeLessThan(1_500);
    // What it sent behind its questions takes it out of the line.
    await until(async () => (await plain.llen(queue())) === 0);
    free.open();
    expect(await holding).toMatchObject({ lost: false });
  });

  it('asks at once when its messages may have been lost with their connection', async () => {
    const [inside, free] = [latch(), latch()];
    const holding = bench('pubsub').lock.hold(key, patient, () => {
      inside.open();
      return free.opened;
    });
    await inside.opened;
    const heir = bench('pubsub').lock.hold(key, patient, fenceOf);
    await until(async () => (await plain.llen(queue())) === 1);
    // The message goes nowhere: both mailboxes are shut when the lock is handed over.
    await plain.client('KILL', 'TYPE', 'pubsub');
    free.open();
    const { value, ms } = await timed(() => heir);
    expect(value).toMatchObject({ kind: 'held', lost: false });
    expect(ms).toBeLessThan(1_000);
    expect(await holding).toMatchObject({ lost: false });
  });

  it('hears when its messages were lost, and when they come again', async () => {
    const { mailbox } = bench('pubsub');
    await mailbox.open();
    const heard: (string | undefined)[] = [];
    mailbox.listen('me', (message) => heard.push(message));
    await plain.client('KILL', 'TYPE', 'pubsub');
    await until(async () => heard.length === 2);
    await plain.publish(mailbox.address, 'me a word');
    await until(async () => heard.length === 3);
    expect(heard).toEqual([undefined, undefined, 'a word']);
  });

  /** What clients send a section; what scripts call inside the server stands under its own name. */
  async function commandsPerSection(workers: number, sectionMs: number): Promise<number> {
    const benches = [bench('pubsub'), bench('pubsub'), bench('pubsub')];
    for (const { lock } of benches) await lock.hold(`${key}-warm`, patient, fenceOf);
    await plain.config('RESETSTAT');
    const sections = Array.from({ length: workers }, (_, i) =>
      (benches[i % 3] as Bench).lock.hold(`${key}-${workers}`, patient, () => sleep(sectionMs)),
    );
    await Promise.all(sections);
    const stats = await plain.info('commandstats');
    const calls = [...stats.matchAll(/^cmdstat_(?:eval|evalsha|subscribe|ping):calls=(\d+)/gm)];
    return calls.reduce((sum, [, count]) => sum + Number(count), 0) / workers;
  }

  it.each([0, 15])('costs 2 commands a section of %i ms, however many wait', async (sectionMs) => {
    const few = await commandsPerSection(30, sectionMs);
    const many = await commandsPerSection(300, sectionMs);
    process.stderr.write(`sections of ${sectionMs} ms: ${few} and ${many} commands\n`);
    expect(few).toBeLessThanOrEqual(3.1);
    expect(many).toBeLessThanOrEqual(3.1);
    expect(many / few).toBeLessThanOrEqual(1.05);
  });
});

describe.each(kinds)('the %s lock, at last', (kind) => {
  it('tells that the server is gone, to those who wait too', async () => {
    const { lock, connection } = bench(kind);
    const [inside, free] = [latch(), latch()];
    const holding = lock.hold(key, { ...patient, leaseMs: 3_000 }, () => {
      inside.open();
      return free.opened;
    });
    await inside.opened;
    const waiting = told(lock.hold(key, patient, fenceOf));
    await sleep(50);
    const startMs = performance.now();
    if (kind === kinds[0]) {
      connection.redis.disconnect();
    } else {
      plain.disconnect();
      await engines.stop();
    }
    expect((await waiting).value).toMatchObject({ name: 'Unavailable', engine: 'redis' });
    expect(performance.now() - startMs).toBeLessThan(OUTAGE_MS_MAX);
    const late = await told(lock.hold(key, patient, fenceOf));
    expect(late.value).toMatchObject({ name: 'Unavailable', engine: 'redis', fate: 'none' });
    expect(late.ms).toBeLessThan(OUTAGE_MS_MAX);
    free.open();
    expect(await holding).toMatchObject({ kind: 'held', lost: true });
  });
});
