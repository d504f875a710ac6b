import { connect } from '../adapters/redis/client.ts';
import { decisionCodec, placementCodec } from '../adapters/redis/codec.ts';
import { RedisCombiner } from '../adapters/redis/combiner.ts';
import { Mailbox } from '../adapters/redis/mailbox.ts';
import { pubsubLock } from '../adapters/redis/pubsub-lock.ts';
import { spinLock } from '../adapters/redis/spin-lock.ts';
import { Unavailable } from '../domain/unavailable.ts';
import type { StrategyDeps } from '../strategies/index.ts';
import { systemClock, systemTimer } from './clock.ts';
import { countRedisCommand } from './tally.ts';

type Locks = Pick<StrategyDeps, 'spinLock' | 'pubsubLock' | 'combiner'>;

/**
 * What the strategies that need Redis wait with. Nothing is connected before the first order of a
 * product that is sold this way, so a shop without Redis sells all others.
 */
export function openLocks(url: string | undefined): Locks {
  let opened: Locks | undefined;
  const locks = (): Locks => {
    if (url === undefined) throw new Unavailable('redis', 'none');
    return (opened ??= connectLocks(url));
  };
  return {
    spinLock: { hold: async (...args) => locks().spinLock.hold(...args) },
    pubsubLock: { hold: async (...args) => locks().pubsubLock.hold(...args) },
    combiner: { combine: async (...args) => locks().combiner.combine(...args) },
  };
}

function connectLocks(url: string): Locks {
  const connection = connect(url, systemTimer, countRedisCommand);
  const mailbox = new Mailbox(url, systemTimer);
  return {
    spinLock: spinLock(connection, systemClock),
    pubsubLock: pubsubLock(connection, mailbox, systemClock),
    combiner: new RedisCombiner(
      { connection, mailbox, clock: systemClock },
      { entry: placementCodec, outcome: decisionCodec },
    ),
  };
}
