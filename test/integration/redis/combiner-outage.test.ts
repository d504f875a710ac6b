import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Engines, startEngines } from '../../../localstack/engines/index.ts';
import { type Decide, moment, names, Party, Table, until } from './combiner-rig.ts';
import { frozen, signalTo } from '../../frozen.ts';

/** A server of this file's own, to be frozen, emptied, counted and ended. */

const CHILD = fileURLToPath(new URL('combiner-child.ts', import.meta.url));
const OUTAGE_MS_MAX = 1_000;

let engines: Engines<'redis'>;
let url: string;
let redis: Redis;
const parties: Party[] = [];
const children: ChildProcess[] = [];
const party = () => {
  const one = new Party(url);
  parties.push(one);
  return one;
};
const freshKey = () => `sku-${randomUUID()}`;

beforeAll(async () => {
  const given = process.env['REDIS_URL'];
  delete process.env['REDIS_URL'];
  engines = await startEngines({ only: ['redis'], reuse: false, label: 'combiner-outage-test' });
  if (given !== undefined) process.env['REDIS_URL'] = given;
  url = engines.env.REDIS_URL;
  redis = new Redis(url);
  redis.on('error', () => undefined);
});
afterEach(() => {
  for (const one of parties.splice(0)) one.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  redis.disconnect();
  await engines.stop();
});

async function timed(work: Promise<unknown>): Promise<{ answer: unknown; ms: number }> {
  const startedMs = Date.now();
  const answer: unknown = await work.catch((error: unknown) => error);
  return { answer, ms: Date.now() - startedMs };
}

/** The commands that the server has met, those inside of scripts too. */
async function commandCounts(): Promise<Map<string, number>> {
  const stats = await redis.info('commandstats');
  const lines = stats.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm);
  return new Map([...lines].map(([, name = '', calls]) => [name, Number(calls)]));
}

test('100 entries of 4 processes: each is decided once, for 2.2 commands each at most', async () => {
  const key = freshKey();
  const four = ['a', 'b', 'c', 'd'].map((name) => {
    const child = spawn(process.execPath, [CHILD, url, key, name, '25'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    return { child, name, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
  });
  for (const { lines } of four) expect((await lines.next()).value).toBe('ready');
  const before = await commandCounts();
  for (const { child } of four) child.stdin.write('go\n');
  const told = await Promise.all(
    four.map(async ({ name, lines }) => {
      const { rows, ...counts } = JSON.parse((await lines.next()).value as string) as {
        rows: string[];
        batches: number;
        sent: number;
      };
      expect(rows).toEqual(names(name, 25));
      return counts;
    }),
  );
  const after = await commandCounts();
  const calls = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  const batches = told.reduce((sum, one) => sum + one.batches, 0);
  const sent = told.reduce((sum, one) => sum + one.sent, 0);
  expect(Object.values(await redis.hgetall(`${key}-tries`))).toEqual(Array(100).fill('1'));
  expect(sent).toBe(100 + batches);
  expect(calls('evalsha')).toBe(sent);
  expect(calls('eval')).toBe(0);
  expect(sent / 100).toBeLessThanOrEqual(2.2);
  // One message a process and batch, and to make one the leader first a question and then its batch.
  expect(calls('publish')).toBeLessThanOrEqual(batches * (4 + 2));
});

test('Redis is emptied while 30 wait: all are decided, long before their deadline', async () => {
  const [one, table, key] = [party(), new Table(), freshKey()];
  const go = Promise.withResolvers<undefined>();
  const begun = Promise.withResolvers<undefined>();
  const decide: Decide = async (...given) => {
    begun.resolve(undefined);
    await go.promise;
    return table.decide(...given);
  };
  const first = one.combine(key, 'first', decide);
  await begun.promise;
  const entries = names('e', 30);
  const all = entries.map((e) => one.combine(key, e, table.decide));
  await until(async () => (await redis.zcard(`combine:{${key}}:queue`)) === 31);
  await redis.flushall();
  go.resolve(undefined);
  const { ms } = await timed(Promise.all([first, ...all]));
  for (const told of await Promise.all([first, ...all])) expect(told.kind).toBe('decided');
  expect(new Set(table.rows.keys())).toEqual(new Set(['first', ...entries]));
  expect(ms).toBeLessThan(3_000);
  for (const k of await redis.keys('*')) expect(await redis.pttl(k)).toBeGreaterThan(0);
});

test('Redis is emptied again and again in a sale: nothing is lost', async () => {
  const [one, two, table, key] = [party(), party(), new Table(), freshKey()];
  const entries = names('e', 200);
  const over = new AbortController();
  const emptying = (async () => {
    while (!over.signal.aborted) {
      await redis.flushall();
      await moment(30);
    }
  })();
  const told = await Promise.all(
    entries.map(async (e, i) => {
      await moment(i * 2);
      return (i % 2 ? one : two).combine(key, e, table.decide, { leaseMs: 300, entriesMax: 7 });
    }),
  );
  over.abort();
  await emptying;
  for (const one of told) expect(one.kind).toBe('decided');
  expect(new Set(table.rows.keys())).toEqual(new Set(entries));
});

test('the connections break while 20 wait: they ask at once, and all are decided', async () => {
  const [one, two, table, key] = [party(), party(), new Table(), freshKey()];
  table.ms = 300;
  const first = two.combine(key, 'first', table.decide, { leaseMs: 5_000 });
  await until(async () => (await redis.zcard(`combine:{${key}}:queue`)) === 1);
  const entries = names('e', 20);
  const all = entries.map((e) => one.combine(key, e, table.decide, { leaseMs: 5_000 }));
  await until(async () => (await redis.zcard(`combine:{${key}}:queue`)) === 21);
  await redis.client('KILL', 'TYPE', 'pubsub');
  for (const told of await Promise.all([first, ...all])) expect(told.kind).toBe('decided');
  expect(table.odd).toEqual([]);
});

describe('an outage is told within a second', () => {
  test('when the server is frozen before anything was handed in', async () => {
    const { answer, ms } = await frozen(engines, () =>
      timed(party().combine(freshKey(), 'e', new Table().decide)),
    );
    expect(answer).toMatchObject({ name: 'Unavailable', engine: 'redis', fate: 'none' });
    expect(ms).toBeLessThan(OUTAGE_MS_MAX);
  });

  test('when it is frozen after the connection was made: the entry may yet be decided', async () => {
    const [one, table] = [party(), new Table()];
    await one.combine(freshKey(), 'warm', table.decide);
    const { answer, ms } = await frozen(engines, () =>
      timed(one.combine(freshKey(), 'e', table.decide)),
    );
    expect(answer).toMatchObject({ name: 'Unavailable', engine: 'redis', fate: 'unknown' });
    expect(ms).toBeLessThan(OUTAGE_MS_MAX);
  });

  test('and a short freeze is not told at all', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    await one.combine(key, 'warm', table.decide);
    signalTo(engines, 'SIGSTOP');
    const all = names('e', 20).map((e) => one.combine(key, e, table.decide));
    await moment(400);
    signalTo(engines, 'SIGCONT');
    for (const told of await Promise.all(all)) expect(told.kind).toBe('decided');
    expect(table.odd).toEqual([]);
  });

  test('after the next look, when it is frozen while they wait', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    const first = one.combine(key, 'first', () => new Promise(() => undefined));
    first.catch(() => undefined);
    await until(async () => (await redis.zcard(`combine:{${key}}:queue`)) === 1);
    const waiting = one.combine(key, 'e', table.decide);
    await until(async () => (await redis.zcard(`combine:{${key}}:queue`)) === 2);
    const { answer, ms } = await frozen(engines, () => timed(waiting));
    expect(answer).toMatchObject({ name: 'Unavailable', engine: 'redis', fate: 'unknown' });
    expect(ms).toBeLessThan(1_600 + OUTAGE_MS_MAX);
  });

  test('the leader keeps its outcome when the server freezes meanwhile', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    table.ms = 200;
    const own = one.combine(key, 'own', table.decide);
    await until(async () => (await redis.zcard(`combine:{${key}}:queue`)) === 1);
    const { answer, ms } = await frozen(engines, () => timed(own));
    expect(answer).toEqual({ kind: 'decided', outcome: { row: 'own' }, doubt: 'later-leader' });
    expect(ms).toBeLessThan(200 + OUTAGE_MS_MAX);
  });

  test('when nobody listens at its address', async () => {
    const dead = new Party('redis://127.0.0.1:1');
    const { answer, ms } = await timed(dead.combine(freshKey(), 'e', new Table().decide));
    expect(answer).toMatchObject({ name: 'Unavailable', engine: 'redis', fate: 'none' });
    expect(ms).toBeLessThan(OUTAGE_MS_MAX);
    dead.close();
  });

  test('when it ends while they wait', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    const first = one.combine(key, 'first', () => new Promise(() => undefined));
    first.catch(() => undefined);
    await until(async () => (await redis.zcard(`combine:{${key}}:queue`)) === 1);
    const waiting = one.combine(key, 'e', table.decide);
    await until(async () => (await redis.zcard(`combine:{${key}}:queue`)) === 2);
    const told = timed(waiting);
    await engines.stop();
    const { answer, ms } = await told;
    expect(answer).toMatchObject({ name: 'Unavailable', engine: 'redis', fate: 'unknown' });
    expect(ms).toBeLessThan(OUTAGE_MS_MAX);
  });
});
