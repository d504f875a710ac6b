import { Unavailable } from '../domain/unavailable.ts';
import type { Lane } from '../ports/lane.ts';
import type { Publisher } from '../ports/publisher.ts';
import { encodeOrder } from './order-record.ts';

/** The lane of every product: its orders stand in one partition of the topic, by their key. */
export const laneOn = (publisher: Publisher, topic: string): Lane => ({
  join: async (order) => {
    const record = { key: order.line.sku, value: encodeOrder(order) };
    const [place] = await publisher.publish(topic, [record]);
    if (place === undefined) throw new Unavailable('kafka', 'unknown');
    return place;
  },
});
