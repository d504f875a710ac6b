import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { StreamMapping } from '../../localstack/bridge/event-source.ts';
import type { Invocation } from '../../localstack/bridge/invocation.ts';
import { readStream } from '../../localstack/bridge/stream-source.ts';
import { createTables } from '../../localstack/shop/tables.ts';

const endpoint = process.env['DYNAMODB_ENDPOINT'] ?? '';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const client = new DynamoDBClient({ endpoint, region: 'local', credentials });
const prefix = `streams-${randomUUID()}-`;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streams-'));
  await createTables(endpoint, prefix);
});
afterAll(async () => {
  client.destroy();
  await rm(folder, { recursive: true });
});

const put = (orderId: string, status: string) =>
  client.send(
    new PutItemCommand({
      TableName: `${prefix}orders`,
      Item: { orderId: { S: orderId }, status: { S: status } },
    }),
  );
const statusOf = ({ dynamodb }: DynamoDBRecord) => dynamodb?.NewImage?.['status']?.S ?? '';

test('changes come in their order, with both images, again after a failure, and not again after a stop', async () => {
  const seen: DynamoDBRecord[] = [];
  let failures = 1;
  const invoke = async (event: object): Promise<Invocation> => {
    failures -= 1;
    if (failures >= 0) return { kind: 'threw', error: 'no broker' };
    seen.push(...(event as DynamoDBStreamEvent).Records);
    return { kind: 'returned', answer: null };
  };
  const mapping: StreamMapping = {
    kind: 'stream',
    functionName: 'relayEvents',
    table: `${prefix}orders`,
    batchSize: 3,
    windowMs: 0,
    startingPosition: 'TRIM_HORIZON',
    reportsFailures: true,
    bisects: false,
    retriesMax: -1,
  };
  const open = () => readStream({ endpoint, folder, mapping, invoke, log: () => undefined });
  const untilSeen = async (count: number) => {
    for (const endMs = Date.now() + 10_000; seen.length < count && Date.now() < endMs;) {
      await sleep(20);
    }
  };

  for (let i = 0; i < 5; i += 1) await put('ord_a', `s${i}`);
  const first = await open();
  await untilSeen(5);
  await first.stop();
  expect(seen.map(statusOf)).toEqual(['s0', 's1', 's2', 's3', 's4']);
  expect(seen[1]).toMatchObject({
    eventName: 'MODIFY',
    eventSource: 'aws:dynamodb',
    dynamodb: {
      Keys: { orderId: { S: 'ord_a' } },
      OldImage: { status: { S: 's0' } },
      NewImage: { status: { S: 's1' } },
      ApproximateCreationDateTime: expect.any(Number),
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  });

  await put('ord_a', 's5');
  const second = await open();
  await untilSeen(6);
  await second.stop();
  expect(seen.map(statusOf)).toEqual(['s0', 's1', 's2', 's3', 's4', 's5']);
});
