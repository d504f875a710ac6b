import type { Kafka } from 'kafkajs';

/**
 * The shop's topics, as on AWS.
 *
 * `orders` keeps its records for ever: an acknowledged order may wait for as long as the database is
 * away, and the broker must not give it up before it was decided. An order event can be derived again
 * from the tables at any time, so a week will do. More than 256 KiB is no record of ours.
 */
const TOPICS = [
  { name: 'orders', partitions: 3, retentionMs: -1 },
  { name: 'order-events', partitions: 3, retentionMs: 7 * 86_400_000 },
] as const;
const RECORD_BYTES_MAX = 262_144;

/** Creates the topics that are missing, behind the prefix; those that are there are kept. */
export async function createTopics(kafka: Kafka, prefix: string): Promise<void> {
  const admin = kafka.admin();
  const topics = TOPICS.map(({ name, partitions, retentionMs }) => ({
    topic: `${prefix}${name}`,
    numPartitions: partitions,
    configEntries: [
      { name: 'max.message.bytes', value: String(RECORD_BYTES_MAX) },
      { name: 'retention.ms', value: String(retentionMs) },
    ],
  }));
  try {
    await admin.connect();
    // One request for each: of several, one that is there already fails them all.
    await Promise.all(topics.map((topic) => admin.createTopics({ topics: [topic] })));
  } finally {
    await admin.disconnect();
  }
}
