import { kafkaPublisher } from '../adapters/kafka/publisher.ts';
import { Unavailable } from '../domain/unavailable.ts';
import type { Publisher } from '../ports/publisher.ts';
import { systemClock, systemTimer } from './clock.ts';

/**
 * The way into Kafka. Nothing is connected before the first record, so a shop without Kafka does all
 * that needs none.
 */
export function openPublisher(brokers: string | undefined): Publisher {
  let opened: Publisher | undefined;
  const publisher = (): Publisher => {
    if (brokers === undefined) throw new Unavailable('kafka', 'none');
    return (opened ??= kafkaPublisher({
      ...{ brokers: brokers.split(','), clock: systemClock, timer: systemTimer },
    }));
  };
  return { publish: async (...args) => publisher().publish(...args) };
}
