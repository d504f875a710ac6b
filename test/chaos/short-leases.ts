import { connect } from '../../lib/adapters/redis/client.ts';
import { decisionCodec, placementCodec } from '../../lib/adapters/redis/codec.ts';
import { RedisCombiner } from '../../lib/adapters/redis/combiner.ts';
import { Mailbox } from '../../lib/adapters/redis/mailbox.ts';
import { pubsubLock } from '../../lib/adapters/redis/pubsub-lock.ts';
import { spinLock } from '../../lib/adapters/redis/spin-lock.ts';
import type { Sku } from '../../lib/domain/ids.ts';
import type { Leases } from '../../lib/ports/leases.ts';
import type { Lock } from '../../lib/ports/lock.ts';
import { systemClock, systemTimer } from '../../lib/runtime/clock.ts';
import type { StrategyDeps } from '../../lib/strategies/index.ts';
import { atRandom } from '../fault-box/faults.ts';
import { RedisFaultBox } from '../fault-box/redis.ts';
import type { Driver } from './holding.ts';
import type { WorkerSettings } from './protocol.ts';

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
  const mailbox = new Mailbox(redisUrl, systemTimer);
  const box = new RedisFaultBox(connection.redis);
  box.play(atRandom(seed, lostReplies, ['lost-reply']));
  const combiner: Locks['combiner'] = new RedisCombiner(
    { connection, mailbox, clock: systemClock },
    { entry: placementCodec, outcome: decisionCodec },
  );
  const spin = spinLock(connection, systemClock);
  const careless: Lock = {
    hold: async (key, options, work) => {
      const held = await spin.hold(key, options, work);
      if (held.kind === 'held' && held.lost) {
        await connection.redis.del(`lock:{${key}}:spin`).catch(() => 0);
      }
      return held;
    },
  };
  const locks: Locks = {
    spinLock: shortLock(mutant === 'frees-any' ? careless : spin, leaseMs, driver),
    pubsubLock: shortLock(pubsubLock(connection, mailbox, systemClock), leaseMs, driver),
    combiner: {
      combine: (key, entry, options, decide) =>
        combiner.combine(key, entry, { ...options, leaseMs }, decide),
    },
  };
  return {
    locks,
    lostReplies: () => box.log.filter(({ fault }) => fault !== undefined).length,
    close: () => {
      connection.redis.disconnect();
      mailbox.close();
    },
  };
}

/** The strategies ask for longer leases than a test can wait for. */
const shortLock = (lock: Lock, leaseMs: number, driver: Driver): Lock => ({
  hold: (key, options, work) =>
    lock.hold(key, { ...options, leaseMs }, async (fence) => {
      const sku = key as Sku;
      await driver.tell({ kind: 'bracket', bracket: { sku, fence } });
      try {
        return await work(fence);
      } finally {
        await driver.tell({ kind: 'bracket', bracket: { sku, fence, leftMs: Date.now() } });
      }
    }),
});

export const shortLeases = (leases: Leases, leaseMs: number): Leases => ({
  acquire: (asked) => leases.acquire({ ...asked, leaseMs }),
  release: (sku, fence) => leases.release(sku, fence),
});
