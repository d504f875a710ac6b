import type { StrategyName } from '../lib/domain/product.ts';

/** Locks in Redis: each needs it, and waits for a lease when a holder dies. */
export const redisLocks = [
  'redis-spin',
  'redis-pubsub',
  'redis-combining',
] as const satisfies readonly StrategyName[];

/** Those that need no Redis. */
export const withoutRedis = [
  'conditional-write',
  'version-retry',
  'dynamodb-lease',
] as const satisfies readonly StrategyName[];

/** Strategies whose answer to an order is its decision, and no ticket for one. */
export const deciding = [...withoutRedis, ...redisLocks] as const;
