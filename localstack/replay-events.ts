import { parseArgs } from 'node:util';
import { orderHistoryOn } from '../lib/adapters/dynamodb/order-history.ts';
import { Patience } from '../lib/domain/patience.ts';
import { Unavailable } from '../lib/domain/unavailable.ts';
import { faultIn } from '../lib/messaging/order-event-record.ts';
import { orderEventsOn } from '../lib/messaging/order-events.ts';
import { systemClock } from '../lib/runtime/clock.ts';
import { openDatabase } from '../lib/runtime/database.ts';
import { kafkaAccess } from '../lib/runtime/kafka-access.ts';
import { openPublisher } from '../lib/runtime/publisher.ts';
import { callMsMax, timeouts } from '../lib/runtime/timeouts.ts';
import { orderEventsTopic } from '../lib/runtime/topics.ts';
import { replayEvents, type ReplayProgress } from '../lib/usecases/replay-events.ts';
import { fail, usage } from './usage.ts';

const HELP = `Tells the events of all orders that changed since a moment again, from the tables.

  npm run replay-events -- --since 2026-11-23T10:00:00Z

  --since T   RFC 3339 with a time zone; an order that changed since is told with all of its events
  --help      this text

Readers know an event that they met by its id, so it can be run at any time, and again. It reads the
whole table of orders.

Environment: STAGE (local), and as the shop of that stage has them:
  KAFKA_BROKERS      host:port, with commas between
  DYNAMODB_ENDPOINT  on the local stage (npm run engines -- status shows both)
  KAFKA_AUTH         none on the local stage, else aws-iam: a login with your AWS credentials, under TLS
  AWS_REGION         of the tables and the brokers, on any other stage
  TABLE_PREFIX       last-one-<stage>-
  TOPIC_PREFIX       none on the local stage, else last-one-<stage>-

Exit status: 0 all told; 1 an engine is away, or rows could not be read; 2 wrong usage.`;

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i;

const { values } = usage(HELP, () =>
  parseArgs({
    options: { since: { type: 'string' }, help: { type: 'boolean', default: false } },
  }),
);
const { since } = values;
if (since === undefined) fail(`--since is needed.\n\n${HELP}`);
const sinceMs = RFC_3339.test(since) ? Date.parse(since) : NaN;
if (Number.isNaN(sinceMs)) fail(`--since needs a time such as 2026-11-23T10:00:00Z, not ${since}.`);
if (sinceMs > Date.now()) fail(`--since ${since} is yet to come.`);

const { env } = process;
const setting = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
const stage = setting('STAGE') ?? 'local';
const here = stage === 'local';
const endpoint = setting('DYNAMODB_ENDPOINT');
const auth = setting('KAFKA_AUTH') ?? (here ? 'none' : 'aws-iam');
if (auth !== 'none' && auth !== 'aws-iam') fail(`KAFKA_AUTH is none or aws-iam, not ${auth}.`);
if (here && endpoint === undefined) fail('DYNAMODB_ENDPOINT is not set: where are the tables?');

const access = await kafkaAccess({
  ...{ KAFKA_BROKERS: setting('KAFKA_BROKERS'), KAFKA_AUTH: auth },
  AWS_REGION: setting('AWS_REGION'),
}).catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)));
if (access === undefined) fail('KAFKA_BROKERS is not set: where are the events to go?');

const database = openDatabase({
  TABLE_PREFIX: setting('TABLE_PREFIX') ?? `last-one-${stage}-`,
  ...(endpoint === undefined ? {} : { DYNAMODB_ENDPOINT: endpoint }),
});
const prefix = setting('TOPIC_PREFIX') ?? (here ? '' : `last-one-${stage}-`);
const topic = orderEventsTopic({ TOPIC_PREFIX: prefix });
const ports = {
  history: orderHistoryOn(database),
  events: orderEventsOn(openPublisher(access), topic),
  faultIn,
};
const newPatience = () =>
  new Patience(systemClock, {
    deadlineMs: systemClock.nowMs() + timeouts.batchMs,
    callMsMax: callMsMax({ DYNAMODB_ENDPOINT: endpoint }),
  });
const isTerminal = process.stderr.isTTY;
const shown = ({ orders, changed, events }: ReplayProgress): string =>
  `${orders} orders read, ${changed} of them changed since ${since}, ${events} events published`;

try {
  const told = await replayEvents(ports, sinceMs, newPatience, (progress) => {
    process.stderr.write(`${isTerminal ? '\r' : ''}${shown(progress)}${isTerminal ? '' : '\n'}`);
  });
  process.stderr.write(isTerminal ? '\n' : '');
  if (told.unreadable.length > 0) {
    fail(`${told.unreadable.length} orders could not be read:\n${told.unreadable.join('\n')}`, 1);
  }
  process.stdout.write(`${shown(told)} to ${topic}.\n`);
  process.exit(0);
} catch (error) {
  const why = error instanceof Unavailable ? `${error.engine} is away.` : String(error);
  fail(`\nNot all was told: ${why} Run it again; what went out already is no harm.`, 1);
}
