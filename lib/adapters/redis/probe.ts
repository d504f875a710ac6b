import { Redis } from 'ioredis';
import type { Engine } from '../../ports/engine.ts';

const PROBE_MS_MAX = 1_000;

/** Connects, asks, and hangs up: a health check must not keep a dead connection for the next one. */
export const redisEngine = (url: string): Engine => ({
  name: 'redis',
  probe: async () => {
    const redis = new Redis(url, {
      lazyConnect: true,
      enableReadyCheck: false,
      connectTimeout: PROBE_MS_MAX,
      commandTimeout: PROBE_MS_MAX,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    // Without a listener ioredis prints what the rejected promise says already.
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      await redis.ping();
    } finally {
      redis.disconnect();
    }
  },
});
