import { kafkaClient } from '../../lib/adapters/kafka/client.ts';
import { kafkaEngine } from '../../lib/adapters/kafka/probe.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { createTables } from './tables.ts';
import { createTopics } from './topics.ts';

/** What names the stores of a shop. */
interface StoresEnv {
  readonly DYNAMODB_ENDPOINT: string;
  readonly TABLE_PREFIX: string;
  readonly KAFKA_BROKERS: string;
  readonly TOPIC_PREFIX: string;
}

/** True if there is a broker, with all topics. */
export async function createStores(env: StoresEnv): Promise<boolean> {
  const { DYNAMODB_ENDPOINT, TABLE_PREFIX, KAFKA_BROKERS, TOPIC_PREFIX } = env;
  const [hasBroker] = await Promise.all([
    KAFKA_BROKERS !== '' && createTopicsIfThere(KAFKA_BROKERS.split(','), TOPIC_PREFIX),
    createTables(DYNAMODB_ENDPOINT, TABLE_PREFIX),
  ]);
  return hasBroker;
}

async function createTopicsIfThere(brokers: readonly string[], prefix: string): Promise<boolean> {
  try {
    await kafkaEngine({ brokers }, systemClock).probe();
  } catch {
    return false;
  }
  const bounds = { connectMsMax: 1_000, requestMsMax: 10_000, retry: { retries: 5 } };
  await createTopics(kafkaClient({ brokers, clientId: 'last-one-topics', ...bounds }), prefix);
  return true;
}
