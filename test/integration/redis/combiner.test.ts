import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Fence } from '../../../lib/domain/ids.ts';
import { Unavailable } from '../../../lib/domain/unavailable.ts';
import { type Decide, moment, names, Party, Table, until } from './combiner-rig.ts';

const url = process.env['REDIS_URL'] ?? '';
const parties: Party[] = [];
const party = (
  ...rest: ConstructorParameters<typeof Party> extends [string, ...infer R] ? R : []
) => {
  const one = new Party(url, ...rest);
  parties.push(one);
  return one;
};
const freshKey = () => `sku-${randomUUID()}`;
const unwanted: Decide = () => Promise.reject(new Error('this one should not lead'));
const decided = (row: string) => ({ kind: 'decided', outcome: { row } });

let redis: Redis;
beforeAll(() => {
  redis = new Redis(url);
});
afterEach(() => {
  for (const one of parties.splice(0)) one.close();
});
afterAll(() => {
  redis.disconnect();
});

const queued = async (key: string) => redis.zcard(`combine:{${key}}:queue`);
const queueOf = (key: string, count: number) => until(async () => (await queued(key)) === count);

/** A leader that decides when it is told to, with what it was given. */
class Held {
  entries: readonly string[] = [];
  fence = 0 as Fence;
  readonly begun = Promise.withResolvers<undefined>();
  readonly go = Promise.withResolvers<undefined>();
  readonly decide: Decide;

  constructor(table: Table, commitFirst = false) {
    this.decide = async (entries, fence) => {
      this.entries = entries;
      this.fence = fence;
      const early = commitFirst ? table.commit(entries, fence) : undefined;
      this.begun.resolve(undefined);
      await this.go.promise;
      return early ?? table.commit(entries, fence);
    };
  }
}

describe('when nothing fails', () => {
  test('decides each of 100 at once, once, in their order, in batches, for 2.2 commands each', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    await one.combine(freshKey(), 'warm', table.decide);
    one.sent.length = 0;
    table.batches.length = 0;
    const entries = names('e', 100);
    const told = await Promise.all(entries.map((e) => one.combine(key, e, table.decide)));
    expect(told).toEqual(entries.map(decided));
    expect(table.batches.flat()).toEqual(entries);
    expect(table.odd).toEqual([]);
    expect(table.batches.length).toBeLessThanOrEqual(4);
    expect(one.sent.length).toBe(100 + table.batches.length);
    expect(await queued(key)).toBe(0);
  });

  test('is as cheap for 100 requests in 4 processes', async () => {
    const four = [party(), party(), party(), party()] as const;
    const [table, key] = [new Table(), freshKey()];
    await Promise.all(four.map((p) => p.combine(freshKey(), 'warm', table.decide)));
    for (const p of four) p.sent.length = 0;
    table.batches.length = 0;
    const entries = names('e', 100);
    const told = await Promise.all(
      entries.map((e, i) => (four[i % 4] ?? four[0]).combine(key, e, table.decide)),
    );
    expect(told).toEqual(entries.map(decided));
    expect(table.odd).toEqual([]);
    expect(four.flatMap((p) => p.sent).length).toBe(100 + table.batches.length);
    expect(table.batches.length).toBeLessThanOrEqual(5);
  });

  test('hands the lead on, to others each time, with batches as large as the crowd allows', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    const first = new Held(table);
    const told = [one.combine(key, 'first', first.decide)];
    await first.begun.promise;
    const leaders: string[] = [];
    const fences: Fence[] = [];
    for (const e of names('e', 25)) {
      const decide: Decide = (entries, fence) => {
        leaders.push(e);
        fences.push(fence);
        return table.decide(entries, fence);
      };
      told.push(one.combine(key, e, decide, { entriesMax: 10 }));
    }
    await queueOf(key, 26);
    first.go.resolve(undefined);
    await Promise.all(told);
    // The first one's own bound counts for the batch that it hands on.
    expect(table.batches.map((b) => b.length)).toEqual([1, 25]);
    expect(leaders).toEqual(['e-000']);
    expect(fences[0]).toBeGreaterThan(first.fence);
    expect(table.batches.flat()).toEqual(['first', ...names('e', 25)]);
  });

  test('decides no more entries at once than it may', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    const entries = names('e', 26);
    const leaders = new Set<string>();
    await Promise.all(
      entries.map((e) =>
        one.combine(
          key,
          e,
          (...given) => {
            leaders.add(e);
            return table.decide(...given);
          },
          { entriesMax: 10 },
        ),
      ),
    );
    expect(Math.max(...table.batches.map((b) => b.length))).toBe(10);
    expect(leaders.size).toBe(table.batches.length);
    expect(table.batches.flat()).toEqual(entries);
    expect(table.odd).toEqual([]);
  });

  test('lets different keys alone', async () => {
    const [one, table] = [party(), new Table()];
    const held = new Held(new Table());
    const waiting = one.combine(freshKey(), 'held', held.decide);
    await held.begun.promise;
    expect(await one.combine(freshKey(), 'free', table.decide)).toEqual(decided('free'));
    held.go.resolve(undefined);
    expect(await waiting).toEqual(decided('held'));
  });

  test('draws a fence beyond the one that the store has seen, also for others who lead', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    const held = new Held(table);
    const first = one.combine(key, 'first', held.decide);
    await held.begun.promise;
    const seen = (held.fence + 10_000_000_000) as Fence;
    const fences: Fence[] = [];
    const decide: Decide = (entries, fence) => {
      fences.push(fence);
      return table.decide(entries, fence);
    };
    const rest = [
      one.combine(key, 'second', decide),
      one.combine(key, 'third', decide, { fenceAbove: seen }),
    ];
    await queueOf(key, 3);
    held.go.resolve(undefined);
    await Promise.all([first, ...rest]);
    expect(fences).toHaveLength(1);
    expect(fences[0]).toBeGreaterThan(seen);
    expect(fences[0]).toBeLessThan(2 ** 53);
  });

  test('leaves no key without an end, and nobody’s entry', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    const held = new Held(table);
    const all = [one.combine(key, 'first', held.decide)];
    await held.begun.promise;
    all.push(one.combine(key, 'second', table.decide));
    await queueOf(key, 2);
    const keys = await redis.keys(`*{${key}}*`);
    expect(keys.sort()).toEqual(
      ['combine:{K}:entries', 'combine:{K}:lead', 'combine:{K}:queue', 'lock:{K}:fence'].map((k) =>
        k.replace('K', key),
      ),
    );
    for (const k of keys) expect([k, await redis.pttl(k)]).toEqual([k, expect.any(Number)]);
    for (const k of keys) expect(await redis.pttl(k)).toBeGreaterThan(0);
    held.go.resolve(undefined);
    await Promise.all(all);
    const left = await redis.keys(`*{${key}}*`);
    for (const k of left) expect(await redis.pttl(k)).toBeGreaterThan(0);
    expect(left.sort()).toEqual([`combine:{${key}}:lead`, `lock:{${key}}:fence`]);
  });
});

describe('a leader that fails', () => {
  test('freezes while 20 wait: others decide all 20, in order, under a newer fence', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    const frozen = new Held(table);
    const lease = { leaseMs: 400 };
    const lost = one.combine(key, 'frozen', frozen.decide, lease);
    await frozen.begun.promise;
    const entries = names('e', 20);
    const told = await Promise.all(entries.map((e) => one.combine(key, e, table.decide, lease)));
    expect(told.map(({ kind }) => kind)).toEqual(entries.map(() => 'decided'));
    expect(table.batches.flat()).toEqual(['frozen', ...entries]);
    expect(table.rows.get('frozen')).toBeGreaterThan(frozen.fence);
    // It wakes up, is turned away by the fence, and has been told what became of its entry.
    frozen.go.resolve(undefined);
    expect(await lost).toEqual({ ...decided('frozen'), doubt: 'earlier-leader' });
    expect(table.odd).toEqual([]);
  });

  test('freezes with 20 in its batch: they are decided by others, and it delivers nothing', async () => {
    const [one, two, table, key] = [party(), party(), new Table(), freshKey()];
    const first = new Held(table);
    const opened = one.combine(key, 'first', first.decide, { leaseMs: 400 });
    await first.begun.promise;
    const frozen = new Held(table);
    const lost = one.combine(key, 'frozen', frozen.decide, { leaseMs: 400 });
    await queueOf(key, 2);
    const entries = names('e', 20);
    const all = entries.map((e) => two.combine(key, e, table.decide, { leaseMs: 400 }));
    await queueOf(key, 22);
    first.go.resolve(undefined);
    await frozen.begun.promise;
    expect(frozen.entries).toEqual(['frozen', ...entries]);
    expect(await Promise.all(all)).toEqual(
      entries.map((e) => ({ ...decided(e), doubt: 'earlier-leader' })),
    );
    frozen.go.resolve(undefined);
    expect(await lost).toEqual({ ...decided('frozen'), doubt: 'earlier-leader' });
    expect(await opened).toEqual(decided('first'));
    expect(table.odd).toEqual([]);
  });

  test('outlives its lease, and nobody has led since: what it decided is delivered', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    const slow = new Held(table);
    const own = one.combine(key, 'slow', slow.decide, { leaseMs: 50 });
    await slow.begun.promise;
    await moment(100);
    slow.go.resolve(undefined);
    expect(await own).toEqual(decided('slow'));
    expect(one.sent.filter((name) => name.startsWith('eval')).length).toBeLessThanOrEqual(4);
  });

  test('dies after it committed and before it delivered: everyone finds the outcome', async () => {
    const [dying, one, table, key] = [party(), party(), new Table(), freshKey()];
    const first = new Held(table);
    const opened = one.combine(key, 'first', first.decide, { leaseMs: 400 });
    await first.begun.promise;
    const dead = new Held(table, true);
    void dying.combine(key, 'dead', dead.decide, { leaseMs: 400 }).catch(() => undefined);
    await queueOf(key, 2);
    const entries = names('e', 20);
    const all = entries.map((e) => one.combine(key, e, table.decide, { leaseMs: 400 }));
    await queueOf(key, 22);
    first.go.resolve(undefined);
    await dead.begun.promise;
    dying.close();
    expect((await Promise.all(all)).map(({ kind }) => kind)).toEqual(entries.map(() => 'decided'));
    await opened;
    // All rows are those of the dead leader, and were found.
    for (const e of entries) expect(table.rows.get(e)).toBe(dead.fence);
  });

  test('throws: it alone fails, the others are told to see to it themselves, and the lead goes on', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    const first = new Held(table);
    const opened = one.combine(key, 'first', first.decide);
    await first.begun.promise;
    const failing = one.combine(key, 'failing', () => Promise.reject(new Error('a bug')));
    const failed = expect(failing).rejects.toThrow('a bug');
    await queueOf(key, 2);
    const other = one.combine(key, 'other', unwanted);
    await queueOf(key, 3);
    first.go.resolve(undefined);
    await Promise.all([opened, failed]);
    const told = await other;
    expect(told).toEqual({ kind: 'open', fence: expect.any(Number) });
    expect('fence' in told && told.fence).toBeGreaterThan(first.fence);
    expect(await one.combine(key, 'next', table.decide)).toEqual(decided('next'));
  });

  test('meets an outage: all who wait are told at once, and the next one leads', async () => {
    const [one, two, table, key] = [party(), party(), new Table(), freshKey()];
    const first = new Held(table);
    const opened = one.combine(key, 'first', first.decide);
    await first.begun.promise;
    const met = Promise.withResolvers<undefined>();
    const began = Promise.withResolvers<undefined>();
    const away: Decide = async () => {
      began.resolve(undefined);
      await met.promise;
      throw new Unavailable('dynamodb', 'unknown');
    };
    const told = names('batch', 5).map((e) => two.combine(key, e, away));
    await queueOf(key, 6);
    first.go.resolve(undefined);
    await Promise.all([opened, began.promise]);
    const behind = names('behind', 15).map((e) => one.combine(key, e, unwanted));
    await queueOf(key, 20);
    const startedMs = Date.now();
    met.resolve(undefined);
    const fates = (await Promise.allSettled([...told, ...behind])).map((answer) =>
      answer.status === 'rejected' ? (answer.reason as Unavailable).fate : answer.status,
    );
    expect(fates).toEqual([...told.map(() => 'unknown'), ...behind.map(() => 'none')]);
    expect(Date.now() - startedMs).toBeLessThan(500);
    expect(await queued(key)).toBe(0);
    expect(await one.combine(key, 'next', table.decide)).toEqual(decided('next'));
  });

  test('dies as the clock falls back an hour: others lead all the same', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    const dead = new Held(table);
    void one.combine(key, 'dead', dead.decide, { leaseMs: 400 }).catch(() => undefined);
    await dead.begun.promise;
    await redis.hset(`combine:{${key}}:lead`, 'untilMs', Date.now() + 3_600_000);
    const startedMs = Date.now();
    expect((await one.combine(key, 'e', table.decide, { leaseMs: 400 })).kind).toBe('decided');
    expect(Date.now() - startedMs).toBeLessThan(1_000);
  });

  test('is not chosen among processes that have gone', async () => {
    const [gone, one, table, key] = [party(), party(), new Table(), freshKey()];
    const first = new Held(table);
    const opened = one.combine(key, 'first', first.decide);
    await first.begun.promise;
    void gone.combine(key, 'gone', unwanted).catch(() => undefined);
    await queueOf(key, 2);
    const other = one.combine(key, 'other', table.decide);
    await queueOf(key, 3);
    gone.close();
    await moment();
    const startedMs = Date.now();
    first.go.resolve(undefined);
    expect(await other).toEqual(decided('other'));
    await opened;
    expect(Date.now() - startedMs).toBeLessThan(1_000);
    expect(table.batches.at(-1)).toEqual(['gone', 'other']);
  });
});

describe('what is lost on the way', () => {
  test('messages with outcomes: the entries are handed in again and found', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    let toLose = 3;
    one.mailbox.loses = (message) => message.startsWith('["told"') && toLose-- > 0;
    const entries = names('e', 30);
    const told = await Promise.all(
      entries.map((e) => one.combine(key, e, table.decide, { entriesMax: 5 })),
    );
    expect(told.map((t) => t.kind === 'decided' && t.outcome)).toEqual(
      entries.map((row) => ({ row })),
    );
  });

  test('a message that comes when its entry was handed in again is not heard', async () => {
    const [one, two, table, key] = [party(), party(), new Table(), freshKey()];
    const first = new Held(table);
    const all = [two.combine(key, 'first', first.decide)];
    await first.begun.promise;
    all.push(two.combine(key, 'second', table.decide));
    await queueOf(key, 2);
    one.mailbox.loses = (message) => message.startsWith('["told"');
    let told: unknown;
    const anew: Decide = async (entries) => entries.map(() => ({ row: 'new' }));
    const deaf = one.combine(key, 'deaf', anew).then((outcome) => (told = outcome));
    await queueOf(key, 3);
    first.go.resolve(undefined);
    await Promise.all(all);
    expect(table.batches).toEqual([['first'], ['second', 'deaf']]);
    // It asks, and finds another leader, which is yet to decide its entry once more.
    const third = new Held(table);
    const leading = two.combine(key, 'third', third.decide);
    await third.begun.promise;
    await queueOf(key, 2);
    one.mailbox.arrive();
    one.mailbox.loses = () => false;
    await moment();
    expect(told).toBeUndefined();
    third.go.resolve(undefined);
    await Promise.all([leading, deaf]);
    expect(told).toEqual({ ...decided('new'), doubt: 'earlier-leader' });
  });

  test('the message that makes one the leader: it learns it when it asks', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    let toLose = 1;
    one.mailbox.loses = (message) => message.startsWith('["lead"') && toLose-- > 0;
    const entries = names('e', 30);
    const told = await Promise.all(
      entries.map((e) => one.combine(key, e, table.decide, { leaseMs: 300 })),
    );
    expect(told.map(({ kind }) => kind)).toEqual(entries.map(() => 'decided'));
    expect(table.odd).toEqual([]);
  });

  test.each([
    ['combinerEnter', 'reply'],
    ['combinerEnter', 'request'],
    ['combinerDeliver', 'reply'],
    ['combinerDeliver', 'request'],
  ] as const)('one %s, its %s: asked again, and each is decided once', async (name, what) => {
    const [one, two, table, key] = [party(), party(), new Table(), freshKey()];
    one.lose(name, what);
    const entries = names('e', 20);
    const startedMs = Date.now();
    const told = await Promise.all(
      entries.map((e, i) => (i % 2 ? one : two).combine(key, e, table.decide, { entriesMax: 4 })),
    );
    expect(told.map((t) => t.kind === 'decided' && t.outcome)).toEqual(
      entries.map((row) => ({ row })),
    );
    expect(table.odd).toEqual([]);
    expect(Date.now() - startedMs).toBeLessThan(5_000);
    expect(await queued(key)).toBe(0);
  });

  test('a delivery that does not come through: the leader has its own outcome all the same', async () => {
    const [one, two, table, key] = [party(), party(), new Table(), freshKey()];
    one.lose('combinerDeliver', 'request', 99);
    const held = new Held(table);
    const own = one.combine(key, 'own', held.decide, { leaseMs: 400 });
    await held.begun.promise;
    const other = two.combine(key, 'other', table.decide, { leaseMs: 400 });
    await queueOf(key, 2);
    held.go.resolve(undefined);
    expect(await own).toEqual({ ...decided('own'), doubt: 'later-leader' });
    expect(await other).toEqual(decided('other'));
  });

  test('a question whose connection broke is not asked again on another', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    await one.combine(freshKey(), 'warm', table.decide);
    const { redis: broken } = one.connection;
    const scripts = broken as unknown as {
      combinerEnter: (...words: unknown[]) => Promise<unknown>;
    };
    let asked = 0;
    scripts.combinerEnter = async () => {
      asked += 1;
      broken.disconnect(true);
      await new Promise((resolve) => broken.once('close', resolve));
      throw new Error('Connection is closed.');
    };
    await expect(one.combine(key, 'e', table.decide)).rejects.toMatchObject({
      name: 'Unavailable',
      engine: 'redis',
      fate: 'unknown',
    });
    expect(asked).toBe(1);
  });
});

describe('what can’t be read', () => {
  test('does not stop the batch; its owner is told to see to it itself', async () => {
    const codecs = {
      entry: {
        encode: (entry: string) => entry,
        decode: (text: string) => (text.startsWith('{') ? undefined : text),
      },
      outcome: { encode: JSON.stringify, decode: (text: string) => JSON.parse(text) as never },
    };
    const [one, table, key] = [party(codecs), new Table(), freshKey()];
    const told = await Promise.all(
      ['a', '{b', 'c', 'd\nwith lines and ünïcödé \u2028'].map((e) =>
        one.combine(key, e, table.decide),
      ),
    );
    expect(told.map(({ kind }) => kind)).toEqual(['decided', 'open', 'decided', 'decided']);
    expect(table.batches.flat()).toEqual(['a', 'c', 'd\nwith lines and ünïcödé \u2028']);
  });

  test('an outcome: its owner sees to it itself', async () => {
    const codecs = {
      entry: { encode: (entry: string) => entry, decode: (text: string) => text },
      outcome: { encode: JSON.stringify, decode: () => undefined },
    };
    const [one, other, table, key] = [party(), party(codecs), new Table(), freshKey()];
    const held = new Held(table);
    const first = one.combine(key, 'first', held.decide);
    await held.begun.promise;
    const led = one.combine(key, 'led', table.decide);
    await queueOf(key, 2);
    const deaf = other.combine(key, '"deaf"', unwanted);
    await queueOf(key, 3);
    held.go.resolve(undefined);
    expect(await deaf).toEqual({ kind: 'open', fence: expect.any(Number) });
    expect(await Promise.all([first, led])).toEqual([decided('first'), decided('led')]);
  });
});

describe('at the deadline', () => {
  test('an entry that no leader was shown is taken back', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    const held = new Held(table);
    const first = one.combine(key, 'first', held.decide);
    await held.begun.promise;
    const waitMsMax = 100;
    expect(await one.combine(key, 'late', unwanted, { waitMsMax })).toEqual({ kind: 'withdrawn' });
    expect(await queued(key)).toBe(1);
    held.go.resolve(undefined);
    await first;
    expect(table.batches).toEqual([['first']]);
  });

  test('one that a leader has is open, under a fence that this leader can’t pass', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    const first = new Held(table);
    const opened = one.combine(key, 'first', first.decide);
    await first.begun.promise;
    const second = new Held(table);
    const led = one.combine(key, 'second', second.decide);
    await queueOf(key, 2);
    const late = one.combine(key, 'late', unwanted, { waitMsMax: 400 });
    await queueOf(key, 3);
    first.go.resolve(undefined);
    await second.begun.promise;
    expect(second.entries).toEqual(['second', 'late']);
    const told = await late;
    expect(told).toEqual({ kind: 'open', fence: expect.any(Number) });
    if (told.kind !== 'open') throw new Error('unreachable');
    expect(told.fence).toBeGreaterThan(second.fence);
    expect(table.commit(['late'], told.fence)).toEqual([{ row: 'late' }]);
    second.go.resolve(undefined);
    expect(await led).toEqual({ kind: 'decided', outcome: { superseded: told.fence } });
    await opened;
  });

  test('one that a dead leader had is open, also if nobody took over', async () => {
    const [dead, one, table, key] = [party(), party(), new Table(), freshKey()];
    const first = new Held(table);
    const opened = one.combine(key, 'first', first.decide);
    await first.begun.promise;
    const gone = new Held(table);
    void dead.combine(key, 'dead', gone.decide).catch(() => undefined);
    await queueOf(key, 2);
    const late = one.combine(key, 'late', unwanted, { waitMsMax: 300 });
    await queueOf(key, 3);
    first.go.resolve(undefined);
    await gone.begun.promise;
    dead.close();
    expect((await late).kind).toBe('open');
    await opened;
  });

  test('a lost reply to the withdrawal never turns open into withdrawn', async () => {
    const [one, two, table, key] = [party(), party(), new Table(), freshKey()];
    const held = new Held(table);
    const first = two.combine(key, 'first', held.decide);
    await held.begun.promise;
    one.lose('combinerWithdraw', 'reply');
    expect((await one.combine(key, 'late', unwanted, { waitMsMax: 50 })).kind).toBe('open');
    one.lose('combinerWithdraw', 'reply', 99);
    await expect(one.combine(key, 'later', unwanted, { waitMsMax: 50 })).rejects.toMatchObject({
      name: 'Unavailable',
      fate: 'unknown',
    });
    held.go.resolve(undefined);
    await first;
  });

  test('one that is made leader as it leaves hands the lead on', async () => {
    const [one, two, table, key] = [party(), party(), new Table(), freshKey()];
    const held = new Held(table);
    const first = two.combine(key, 'first', held.decide, { leaseMs: 1_000 });
    await held.begun.promise;
    one.mailbox.loses = (message) => message.startsWith('["lead"');
    const leaving = one.combine(key, 'leaving', unwanted, { waitMsMax: 500 });
    await queueOf(key, 2);
    const other = two.combine(key, 'other', table.decide);
    await queueOf(key, 3);
    held.go.resolve(undefined);
    expect((await leaving).kind).toBe('open');
    const startedMs = Date.now();
    expect(await other).toEqual({ ...decided('other'), doubt: 'earlier-leader' });
    expect(Date.now() - startedMs).toBeLessThan(500);
    await first;
    expect(table.batches).toEqual([['first'], ['other']]);
  });

  test('nobody waits at all with no time to wait, but one who may lead does', async () => {
    const [one, table, key] = [party(), new Table(), freshKey()];
    const waitMsMax = 0;
    expect(await one.combine(key, 'alone', table.decide, { waitMsMax })).toEqual(decided('alone'));
    const held = new Held(table);
    const first = one.combine(key, 'first', held.decide);
    await held.begun.promise;
    expect(await one.combine(key, 'late', unwanted, { waitMsMax })).toEqual({ kind: 'withdrawn' });
    held.go.resolve(undefined);
    await first;
  });
});
