import { connect } from '../lib/adapters/redis/client.ts';
import { Mailbox } from '../lib/adapters/redis/mailbox.ts';
import { pubsubLock } from '../lib/adapters/redis/pubsub-lock.ts';
import { systemClock, systemTimer } from '../lib/runtime/clock.ts';
import { patiently } from './lock-patience.ts';

/** The lock of `redis-pubsub`, in the shape in which Redis locks are compared side by side. */
export const name = 'last-one-pubsub';
export const version = 'work tree';
export const settings = 'direct hand-off, FIFO, fence; a timer on the remaining lease';

/** @param {string} redisUrl @returns {import('./lock-patience.ts').LockUnderTest} */
export function create(redisUrl) {
  const connection = connect(redisUrl, systemTimer);
  const mailbox = new Mailbox(redisUrl, systemTimer);
  return {
    withLock: patiently(pubsubLock(connection, mailbox, systemClock)),
    close: () => {
      connection.redis.disconnect();
      mailbox.close();
    },
  };
}
