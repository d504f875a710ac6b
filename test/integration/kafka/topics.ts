import { randomUUID } from 'node:crypto';
import { type ITopicConfig, Kafka, logLevel } from 'kafkajs';
// For its mending of KafkaJS, which these clients have need of too.
import '../../../lib/adapters/kafka/client.ts';

/** A record as it stands in a topic. */
export interface Standing {
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A client that waits as long as a test does. */
export const patientKafka = (brokers: string) =>
  new Kafka({ brokers: brokers.split(','), clientId: 'test', logLevel: logLevel.NOTHING });

/** A topic that no other test uses. */
export async function freshTopic(
  brokers: string,
  settings: Omit<ITopicConfig, 'topic'> = { numPartitions: 3 },
): Promise<string> {
  const topic = `test-${randomUUID()}`;
  const admin = patientKafka(brokers).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, replicationFactor: 1, ...settings }] });
  await admin.disconnect();
  return topic;
}

/** Reads a topic from its beginning until so many records were met. */
export async function readTopic(
  brokers: string,
  topic: string,
  count: number,
): Promise<Standing[]> {
  const consumer = patientKafka(brokers).consumer({ groupId: `test-${randomUUID()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const met: Standing[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const eachMessage = async ({ partition, message }: Met) => {
        const { offset, key, value, headers = {} } = message;
        met.push({ partition, offset: Number(offset), key, value, headers });
        if (met.length === count) resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return met;
}

interface Met {
  readonly partition: number;
  readonly message: {
    readonly offset: string;
    readonly key: Buffer | null;
    readonly value: Buffer | null;
    readonly headers?: Record<string, unknown>;
  };
}
