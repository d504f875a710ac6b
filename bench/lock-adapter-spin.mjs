import { connect } from '../lib/adapters/redis/client.ts';
import { spinLock } from '../lib/adapters/redis/spin-lock.ts';
import { systemClock, systemTimer } from '../lib/runtime/clock.ts';
import { patiently } from './lock-patience.ts';

/** The lock of `redis-spin`, in the shape in which Redis locks are compared side by side. */
export const name = 'last-one-spin';
export const version = 'work tree';
export const settings = 'decorrelated jitter 4-40 ms, fence';

/** @param {string} redisUrl @returns {import('./lock-patience.ts').LockUnderTest} */
export function create(redisUrl) {
  const connection = connect(redisUrl, systemTimer);
  return {
    withLock: patiently(spinLock(connection, systemClock)),
    close: () => {
      connection.redis.disconnect();
    },
  };
}
