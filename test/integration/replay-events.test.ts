import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, it } from '@jest/globals';
import { dynamoShop } from '../../lib/adapters/dynamodb/shop.ts';
import { openDatabase } from '../../lib/runtime/database.ts';
import { createTables } from '../../localstack/shop/tables.ts';
import { BenchShop } from '../contract/bench-shop.ts';

const DYNAMODB_ENDPOINT = process.env['DYNAMODB_ENDPOINT'] ?? '';
const TABLE_PREFIX = `replay-${randomUUID()}-`;

beforeAll(async () => {
  await createTables(DYNAMODB_ENDPOINT, TABLE_PREFIX);
  const shop = new BenchShop(dynamoShop(openDatabase({ DYNAMODB_ENDPOINT, TABLE_PREFIX })));
  await shop.place([[await shop.stocked('a', 1), 1]]);
});

/** A login to this region, with credentials that open nothing. */
const signing = {
  ...{ KAFKA_AUTH: 'aws-iam', AWS_REGION: 'eu-central-1' },
  ...{ AWS_ACCESS_KEY_ID: 'made-up', AWS_SECRET_ACCESS_KEY: 'made-up' },
};

async function replay(settings: Readonly<Record<string, string>>) {
  const args = ['localstack/replay-events.ts', '--since', '2020-01-01T00:00:00Z'];
  const env = { ...process.env, DYNAMODB_ENDPOINT, TABLE_PREFIX, ...settings };
  const child = spawn(process.execPath, args, { env });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [[status], err] = await Promise.all([ended, text(child.stderr)]);
  return { status, err };
}

/** What TLS begins with: a handshake record of version 3. */
const HELLO = '1603';

it.each([
  ['under TLS, where they let in AWS identities', signing, HELLO],
  ['so too on a stage of AWS, where nothing else is said', { ...signing, KAFKA_AUTH: '' }, HELLO],
  ['in the clear where they let in anybody', { ...signing, KAFKA_AUTH: 'none' }, '0000'],
])('speaks to the brokers %s', async (_name, settings, wanted) => {
  const first: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (bytes) => {
      first.push(bytes.subarray(0, 2).toString('hex'));
      socket.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const told = await replay({ STAGE: 'prod', KAFKA_BROKERS: `127.0.0.1:${port}`, ...settings });
  server.close();
  expect([told.status, told.err]).toEqual([1, expect.stringContaining('kafka is away')]);
  expect(new Set(first)).toEqual(new Set([wanted]));
});

it.each([
  ['AWS_REGION is not set', { KAFKA_AUTH: 'aws-iam', AWS_REGION: '' }],
  ['KAFKA_AUTH is none or aws-iam, not scram', { KAFKA_AUTH: 'scram' }],
])('says that %s', async (said, settings) => {
  const told = await replay({ STAGE: 'local', KAFKA_BROKERS: '127.0.0.1:1', ...settings });
  expect([told.status, told.err]).toEqual([2, expect.stringContaining(said)]);
});
