import { connect } from '../../lib/adapters/redis/client.ts';
import { decisionCodec, placementCodec } from '../../lib/adapters/redis/codec.ts';
import { RedisCombiner } from '../../lib/adapters/redis/combiner.ts';
import { Mailbox } from '../../lib/adapters/redis/mailbox.ts';
import { pubsubLock } from '../../lib/adapters/redis/pubsub-lock.ts';
import { spinLock } from '../../lib/adapters/redis/spin-lock.ts';
import type { Sku } from '../../lib/domain/ids.ts';
import { replyOf } from '../../lib/domain/order.ts';
import type { Leases } from '../../lib/ports/leases.ts';
import type { Lock } from '../../lib/ports/lock.ts';
import { systemClock, systemTimer } from '../../lib/runtime/clock.ts';
import type { StrategyDeps } from '../../lib/strategies/index.ts';
import { atRandom } from '../fault-box/faults.ts';
import { RedisFaultBox } from '../fault-box/redis.ts';
import type { Driver } from './holding.ts';
import type { Bracket, WorkerSettings } from './protocol.ts';

type Locks = Pick<StrategyDeps, 'spinLock' | 'pubsubLock' | 'combiner'>;

/** The shop's locks with leases as short as the settings say, on a client that loses replies. */
export function openShortLocks(
  { redisUrl, leaseMs, seed, lostReplies, mutant }: WorkerSettings,
  driver: Driver,
): {
  readonly locks: Locks;
  readonly lostReplies: () => number;
  readonly close: () => void;
} {
  const connection = connect(redisUrl, systemTimer);
  const { redis } = connection;
  const mailbox = new Mailbox(redisUrl, systemTimer);
  const box = new RedisFaultBox(redis);
  box.play(atRandom(seed, lostReplies, ['lost-reply']));
  const combiner: Locks['combiner'] = new RedisCombiner(
    { connection, mailbox, clock: systemClock },
    { entry: placementCodec, outcome: decisionCodec },
  );
  const freed = (lock: Lock, name: string): Lock =>
    mutant === 'frees-any' ? freesAny(lock, (key) => redis.del(`lock:{${key}}:${name}`)) : lock;
  const locks: Locks = {
    spinLock: shortLock(freed(spinLock(connection, systemClock), 'spin'), leaseMs, driver),
    pubsubLock: shortLock(
      freed(pubsubLock(connection, mailbox, systemClock), 'held'),
      leaseMs,
      driver,
    ),
    combiner: {
      combine: (key, entry, options, decide) =>
        combiner.combine(key, entry, { ...options, leaseMs }, async (entries, fence) => {
          if (mutant === 'tells-unwritten' && entries.length > 1) {
            return entries.map(({ order }) => ({ kind: 'placed', reply: replyOf(order) }));
          }
          const stay = { sku: key as Sku, fence };
          const outcomes = await noted(driver, stay, () => decide(entries, fence));
          // Whoever hands in an entry next is let in, whoever leads by now.
          if (mutant === 'frees-any') {
            const lead = `combine:{${key}}:lead`;
            await redis.hset(lead, 'id', '', 'untilMs', 0).catch(() => 0);
          }
          return outcomes;
        }),
    },
  };
  return {
    locks,
    lostReplies: () => box.log.filter(({ fault }) => fault !== undefined).length,
    close: () => {
      redis.disconnect();
      mailbox.close();
    },
  };
}

/** The strategies ask for longer leases than a test can wait for. */
const shortLock = (lock: Lock, leaseMs: number, driver: Driver): Lock => ({
  hold: (key, options, work) =>
    lock.hold(key, { ...options, leaseMs }, (fence) =>
      noted(driver, { sku: key as Sku, fence }, () => work(fence)),
    ),
});

/** Tells when somebody comes in and goes out. */
async function noted<T>(driver: Driver, stay: Bracket, work: () => Promise<T>): Promise<T> {
  await driver.tell({ kind: 'bracket', bracket: stay });
  try {
    return await work();
  } finally {
    await driver.tell({ kind: 'bracket', bracket: { ...stay, leftMs: Date.now() } });
  }
}

const freesAny = (lock: Lock, free: (key: string) => Promise<unknown>): Lock => ({
  hold: async (key, options, work) => {
    const held = await lock.hold(key, options, work);
    if (held.kind === 'held' && held.lost) await free(key).catch(() => undefined);
    return held;
  },
});

export const shortLeases = (leases: Leases, leaseMs: number): Leases => ({
  acquire: (asked) => leases.acquire({ ...asked, leaseMs }),
  release: (sku, fence) => leases.release(sku, fence),
});
