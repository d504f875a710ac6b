import type { KafkaAccess } from '../adapters/kafka/client.ts';
import type { Config } from './config.ts';

type KafkaConfig = Pick<Config, 'KAFKA_BROKERS' | 'KAFKA_AUTH' | 'AWS_REGION'>;

/**
 * The way to this stage's brokers; nothing where there are none. What signs for MSK is loaded here and
 * not with the first record: at its start a function has a whole core, and nobody waits for it.
 */
export async function kafkaAccess(config: KafkaConfig): Promise<KafkaAccess | undefined> {
  const { KAFKA_BROKERS, KAFKA_AUTH, AWS_REGION } = config;
  if (KAFKA_BROKERS === undefined) return undefined;
  const brokers = KAFKA_BROKERS.split(',');
  if (KAFKA_AUTH === 'none') return { brokers };
  if (AWS_REGION === undefined)
    throw new Error('KAFKA_AUTH is aws-iam, and AWS_REGION is not set.');
  const { mskToken } = await import('./msk-token.ts');
  return { brokers, token: await mskToken(AWS_REGION) };
}
