import { loadConfig } from './config.ts';
import { kafkaAccess } from './kafka-access.ts';
import { openPublisher } from './publisher.ts';
import { app } from './store.ts';

/**
 * What publishing a dead letter again needs. Apart from the store, so that only functions that
 * publish carry a client of Kafka.
 */
export const replaying = { ...app, publisher: openPublisher(await kafkaAccess(loadConfig())) };
