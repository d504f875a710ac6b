import { strategiesOn } from '../strategies/index.ts';
import { loadConfig } from './config.ts';
import { openLocks } from './locks.ts';
import { app } from './store.ts';

const strategies = strategiesOn({ ...app, ...openLocks(loadConfig().REDIS_URL) });

/**
 * What placing orders needs. Apart from the store, so that only the function that does so carries a
 * client of Redis.
 */
export const selling = { ...app, strategies };
