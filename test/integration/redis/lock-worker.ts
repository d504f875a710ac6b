import { once } from 'node:events';
import { Redis } from 'ioredis';
import type { Fence } from '../../../lib/domain/ids.ts';
import { Unavailable } from '../../../lib/domain/unavailable.ts';
import { benchOf, type Kind, sleep } from './lock-bench.ts';

/**
 * One of several processes: `workers` in it take turns at a counter that only a lock protects, and
 * note their fences in the order in which they came.
 */
const [kind, url = '', key = '', workers, sections] = process.argv.slice(2);
const { lock, connection, close } = benchOf(kind as Kind, url);
const redis = new Redis(url);

async function section(): Promise<void> {
  const seen = { begun: false };
  const work = async (fence: Fence) => {
    seen.begun = true;
    const count = Number(await redis.get(`${key}-count`));
    await sleep(0);
    await redis.set(`${key}-count`, count + 1, 'PX', 60_000);
    await redis.rpush(`${key}-fences`, fence);
  };
  try {
    const { kind } = await lock.hold(key, { leaseMs: 20_000, waitMsMax: 30_000 }, work);
    if (kind === 'busy') throw new Error('the lock was busy');
  } catch (error) {
    // A machine busy with all tests at once may keep a command for longer than a client waits.
    if (seen.begun || !(error instanceof Unavailable)) throw error;
    await section();
  }
}

async function worker(): Promise<void> {
  for (let i = 0; i < Number(sections); i += 1) await section();
}

if (connection.redis.status !== 'ready') await once(connection.redis, 'ready');
await Promise.all(Array.from({ length: Number(workers) }, worker));
close();
redis.disconnect();
