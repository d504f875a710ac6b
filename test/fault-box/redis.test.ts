import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis, type RedisOptions, ReplyError } from 'ioredis';
import { atRandom, onwards, scripted } from './faults.ts';
import { type RedisFault, RedisFaultBox, redisFaults } from './redis.ts';

const url = process.env['REDIS_URL'] ?? '';

/** Gives up soon and never sends anything twice by itself. */
const options: RedisOptions = {
  commandTimeout: 300,
  connectTimeout: 500,
  maxRetriesPerRequest: 1,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  retryStrategy: () => 5,
};

const opened: Redis[] = [];
afterEach(() => {
  for (const redis of opened.splice(0)) redis.disconnect();
});

async function open(special: RedisOptions = {}, at = url): Promise<Redis> {
  const redis = new Redis(at, { ...options, ...special });
  opened.push(redis);
  redis.on('error', () => undefined);
  await once(redis, 'ready');
  return redis;
}

/** What a command came to: its reply, or the message of its error. */
const told = (reply: Promise<unknown>): Promise<unknown> =>
  reply.catch((error: unknown) => (error as Error).message);

const timedOut = 'Command timed out';

describe('the fault box for Redis', () => {
  let redis: Redis;
  let plain: Redis;
  let box: RedisFaultBox;
  let key: string;
  beforeEach(async () => {
    [redis, plain] = await Promise.all([open(), open({ commandTimeout: 2_000 })]);
    box = new RedisFaultBox(redis);
    key = `fault-box-${randomUUID()}`;
  });
  afterEach(async () => {
    await plain.del(key);
  });

  it.each<[RedisFault, unknown, string | null]>([
    ['lost-request', timedOut, null],
    ['lost-reply', timedOut, '1'],
    ['late', timedOut, null],
    ['very-late', timedOut, null],
    ['dropped-before', timedOut, null],
    ['dropped-after', timedOut, '1'],
    ['offline', "Stream isn't writeable and enableOfflineQueue options is false", null],
    ['loading', 'LOADING Redis is loading the dataset in memory', null],
    ['readonly', "READONLY You can't write against a read only replica.", null],
    ['busy', expect.stringMatching(/^BUSY Redis is busy running a script/), null],
  ])('lets %s befall a command', async (fault, reply, stored) => {
    box.play(scripted({ 1: fault }));
    expect(await told(redis.incr(key))).toEqual(reply);
    expect(await plain.get(key)).toBe(stored);
    expect(box.story()).toBe(`1 incr ${fault}`);
  });

  it('passes on what it leaves alone: replies, errors, scripts, buffers, pipelines', async () => {
    box.play(() => undefined);
    expect(await redis.set(key, 'a')).toBe('OK');
    expect(await redis.getBuffer(key)).toEqual(Buffer.from('a'));
    expect(await told(redis.incr(key))).toBe('ERR value is not an integer or out of range');
    expect(await redis.eval("return redis.call('get', KEYS[1])", 1, key)).toBe('a');
    expect(await redis.pipeline().get(key).append(key, 'b').exec()).toEqual([
      [null, 'a'],
      [null, 2],
    ]);
  });

  it('gives a lock whose reply was lost, which its owner finds taken by itself', async () => {
    box.play(scripted({ 1: 'lost-reply' }));
    expect(await told(redis.set(key, 'me', 'PX', 60_000, 'NX'))).toBe(timedOut);
    expect(await redis.set(key, 'me', 'PX', 60_000, 'NX')).toBeNull();
    expect(await redis.get(key)).toBe('me');
  });

  it('takes a lock for an owner who has long given up', async () => {
    box.play(scripted({ 1: 'late' }));
    expect(await told(redis.set(key, 'gone', 'PX', 60_000, 'NX'))).toBe(timedOut);
    expect([await plain.get(key), box.heldCount]).toEqual([null, 1]);
    await redis.get(`${key}-other`);
    expect([await plain.get(key), box.heldCount]).toEqual(['gone', 0]);
  });

  it('loses the reply of a script that was carried out', async () => {
    box.play(scripted({ 1: 'lost-reply' }));
    const script = "return redis.call('incrby', KEYS[1], ARGV[1])";
    expect(await told(redis.eval(script, 1, key, 3))).toBe(timedOut);
    expect(await redis.eval(script, 1, key, 3)).toBe(6);
  });

  it('lets late commands arrive when it is settled, also after it healed', async () => {
    box.play(scripted({ 1: 'late', 2: 'very-late' }));
    await told(redis.incr(key));
    await told(redis.incr(key));
    box.heal();
    expect(await redis.incr(key)).toBe(1);
    expect(await plain.get(key)).toBe('2');
    await box.settle();
    await box.settle();
    expect(await plain.get(key)).toBe('3');
  });

  it('breaks the connection, which is there again soon', async () => {
    for (const fault of ['dropped-before', 'dropped-after'] as const) {
      box.play(scripted({ 1: fault }));
      const again = once(redis, 'ready');
      await told(redis.incr(key));
      await again;
      expect(await redis.ping()).toBe('PONG');
    }
    expect(await plain.get(key)).toBe('1');
  });

  it('shows what a client does that sends again by itself: one command, two effects', async () => {
    const eager = await open({ autoResendUnfulfilledCommands: true, commandTimeout: 2_000 });
    new RedisFaultBox(eager).play(scripted({ 1: 'dropped-after' }));
    expect(await eager.incr(key)).toBe(2);
  });

  it('tells an error reply as one, with its command', async () => {
    box.play(onwards(1, 'busy'));
    const error: unknown = await redis.incr(key).catch((refused: unknown) => refused);
    expect(error).toBeInstanceOf(ReplyError);
    expect(error).toMatchObject({ name: 'ReplyError', command: { name: 'incr', args: [key] } });
  });

  it('waits for nothing', async () => {
    const patient = await open({ commandTimeout: 10_000 });
    new RedisFaultBox(patient).play(onwards(1, 'lost-request'));
    const startedMs = performance.now();
    expect(await told(patient.incr(key))).toBe(timedOut);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it('draws every fault by chance, the same from the same seed', () => {
    const drawn = (seed: number) => {
      const source = atRandom(seed, 0.5, redisFaults);
      return Array.from({ length: 200 }, (_, i) => source(i + 1));
    };
    expect(drawn(3)).toEqual(drawn(3));
    expect(new Set(drawn(3))).toEqual(new Set([...redisFaults, undefined]));
  });
});

it("times out in the client's own words", async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const real = await open({ enableReadyCheck: false }, `redis://127.0.0.1:${port}`);
  const boxed = await open();
  new RedisFaultBox(boxed).play(onwards(1, 'lost-reply'));
  const facts = (reply: Promise<unknown>) =>
    reply.catch((error: unknown) => {
      const { name, message } = error as Error;
      return { ...(error as object), name, message };
    });
  expect(await facts(boxed.get('a'))).toEqual(await facts(real.get('a')));
  real.disconnect();
  silent.close();
});
