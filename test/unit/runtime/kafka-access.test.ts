import { existsSync } from 'node:fs';
import { afterEach, expect, it } from '@jest/globals';
import { kafkaAccess } from '../../../lib/runtime/kafka-access.ts';

it('is nothing where there are no brokers', async () => {
  expect(await kafkaAccess({ KAFKA_AUTH: 'aws-iam' })).toBeUndefined();
});

it('has no token where the brokers let in anybody', async () => {
  const access = await kafkaAccess({ KAFKA_BROKERS: 'b-1:9092,b-2:9092', KAFKA_AUTH: 'none' });
  expect(access).toEqual({ brokers: ['b-1:9092', 'b-2:9092'] });
});

it('names what is missing to sign with', async () => {
  const opened = kafkaAccess({ KAFKA_BROKERS: 'b-1:9098', KAFKA_AUTH: 'aws-iam' });
  await expect(opened).rejects.toThrow('AWS_REGION is not set');
});

const credentials = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
const given = credentials.map((name) => [name, process.env[name]] as const);
afterEach(() => {
  for (const [name, value] of given) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});

const whereInstalled = existsSync('node_modules/aws-msk-iam-sasl-signer-js') ? it : it.skip;
whereInstalled('signs a login to Kafka for the region, with the credentials at hand', async () => {
  for (const name of credentials) process.env[name] = 'made-up';
  const brokers = { KAFKA_BROKERS: 'b-1:9098', KAFKA_AUTH: 'aws-iam' } as const;
  const access = await kafkaAccess({ ...brokers, AWS_REGION: 'eu-central-1' });
  const token = (await access?.token?.()) ?? '';
  const signed = new URL(Buffer.from(token, 'base64url').toString());
  expect(signed.host).toBe('kafka.eu-central-1.amazonaws.com');
  expect(signed.searchParams.get('Action')).toBe('kafka-cluster:Connect');
  expect(signed.searchParams.get('X-Amz-Credential')).toContain('made-up/');
});
