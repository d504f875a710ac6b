import type { OrderEvents } from '../ports/order-events.ts';
import type { Publisher } from '../ports/publisher.ts';
import { encodeEvent } from './order-event-record.ts';

/** Order events on a topic: those of one order stand in one partition, by their key. */
export const orderEventsOn = (publisher: Publisher, topic: string): OrderEvents => ({
  publish: async (events) => {
    const records = events.map((event) => ({ key: event.orderId, value: encodeEvent(event) }));
    if (records.length > 0) await publisher.publish(topic, records);
  },
});
