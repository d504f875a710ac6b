import { laneOn } from '../messaging/lane.ts';
import { strategiesOn } from '../strategies/index.ts';
import { loadConfig } from './config.ts';
import { kafkaAccess } from './kafka-access.ts';
import { openLocks } from './locks.ts';
import { openPublisher } from './publisher.ts';
import { app } from './store.ts';
import { ordersTopic } from './topics.ts';

const config = loadConfig();
// An order may not queue where no ticket can be given for it.
const access = config.TICKET_SECRET === undefined ? undefined : await kafkaAccess(config);
const lane = laneOn(openPublisher(access), ordersTopic(config));
const strategies = strategiesOn({ ...app, ...openLocks(config.REDIS_URL), lane });

/**
 * What placing orders needs. Apart from the store, so that only the function that does so carries the
 * clients of Redis and Kafka.
 */
export const selling = { ...app, strategies };
