import type { KafkaAccess } from '../adapters/kafka/client.ts';
import { kafkaPublisher } from '../adapters/kafka/publisher.ts';
import { Unavailable } from '../domain/unavailable.ts';
import type { Publisher } from '../ports/publisher.ts';
import { systemClock, systemTimer } from './clock.ts';

/**
 * The way into Kafka. Nothing is connected before the first record, so a shop without Kafka does all
 * that needs none.
 */
export function openPublisher(access: KafkaAccess | undefined): Publisher {
  let opened: Publisher | undefined;
  const publisher = (): Publisher => {
    if (access === undefined) throw new Unavailable('kafka', 'none');
    return (opened ??= kafkaPublisher({
      ...{ ...access, clock: systemClock, timer: systemTimer },
    }));
  };
  return { publish: async (...args) => publisher().publish(...args) };
}
