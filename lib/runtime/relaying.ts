import { orderInImage } from '../adapters/dynamodb/order-history.ts';
import { orderEventsOn } from '../messaging/order-events.ts';
import { loadConfig } from './config.ts';
import { kafkaAccess } from './kafka-access.ts';
import { openPublisher } from './publisher.ts';
import { app } from './store.ts';
import { orderEventsTopic } from './topics.ts';

const config = loadConfig();
const topic = orderEventsTopic(config);

/** What telling the changes of orders needs; apart from the store, for the client of Kafka in it. */
export const relaying = {
  ...{ deadLetters: app.deadLetters, orderInImage, topic },
  events: orderEventsOn(openPublisher(await kafkaAccess(config)), topic),
};
