import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kafkaClient } from '../../lib/adapters/kafka/client.ts';
import { LOCAL, ROOT } from '../folder.ts';
import { endWithParent } from '../shop/parent.ts';
import { declaredIn } from './declared.ts';
import { readKafka, type Source } from './kafka-source.ts';
import { lambdaPort } from './lambda-port.ts';
import { readStream } from './stream-source.ts';
import { createTopics } from '../shop/topics.ts';

/**
 * The bridge as a process of its own, so that it can be killed or frozen as Lambda's pollers can,
 * without the functions. Its standard output is its log.
 */
endWithParent();
const { env } = process;
const brokers = env['KAFKA_BROKERS'] ?? '';
const url = `http://127.0.0.1:${env['LAMBDA_PORT'] ?? '3002'}`;
const endpoint = env['DYNAMODB_ENDPOINT'] ?? '';
const folder = join(LOCAL, 'bridge');
const text = await readFile(env['BRIDGE_TEMPLATE'] ?? join(ROOT, 'serverless.yml'), 'utf8');
const { namePrefix, ...declared } = declaredIn(text, { env, stage: env['STAGE'] ?? 'local' });
const mappings = declared.mappings.filter(
  ({ kind }) => kind === 'kafka' || env['BRIDGE_STREAMS'] !== 'off',
);
const kafka = kafkaClient({
  clientId: 'last-one-bridge',
  brokers: brokers.split(','),
  connectMsMax: 1_000,
  requestMsMax: 30_000,
  // A broker that comes back is to be found at once; without end, since nothing else is to be done.
  retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: Number.MAX_SAFE_INTEGER },
});

const log = (line: string): void => {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
};

/** Its parent starts another, which reads again from what was committed. */
const fail = (error: unknown): void => {
  log(`gives up: ${error instanceof Error ? String(error.stack) : String(error)}`);
  process.exit(1);
};

/** A broker that is away is waited for: the shop sells what needs none meanwhile. */
if (mappings.some(({ kind }) => kind === 'kafka')) {
  await createTopics(kafka, env['TOPIC_PREFIX'] ?? '');
}

const starting = mappings.map((mapping): Promise<Source> => {
  const invoke = lambdaPort(url, `${namePrefix}${mapping.functionName}`);
  switch (mapping.kind) {
    case 'kafka':
      return readKafka({ kafka, bootstrapServers: brokers, mapping, invoke, log, onEnd: fail });
    case 'stream':
      return readStream({ endpoint, folder, mapping, invoke, log });
  }
});

process.once('SIGTERM', () => {
  log('stops');
  void Promise.all(starting)
    .then((sources) => Promise.all(sources.map(({ stop }) => stop())))
    .then(() => process.exit(0), fail);
});

try {
  await Promise.all(starting);
  log('ready');
  // All that the parent is ever told.
  process.send?.('ready');
} catch (error) {
  fail(error);
}
