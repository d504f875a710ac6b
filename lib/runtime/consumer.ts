import { Logger } from '@aws-lambda-powertools/logger';
import { tellBatches } from '../messaging/batch-log.ts';
import { type Consumer, type ConsumerEdge, consumerOf } from '../messaging/consume.ts';
import { type Relay, relayOf } from '../messaging/relay.ts';
import { systemClock } from './clock.ts';
import { loadConfig } from './config.ts';
import { metered } from './tally.ts';
import { callMsMax, timeouts } from './timeouts.ts';

const config = loadConfig();

const edge: ConsumerEdge = {
  clock: systemClock,
  batchMsMax: timeouts.batchMs,
  callMsMax: callMsMax(config),
  metered,
  tell: tellBatches(new Logger({ serviceName: 'last-one' })),
};

/** `consumerOf` with this shop's edge: what the consumers in `functions/` are made with. */
export const consume = (name: string, operate: Parameters<typeof consumerOf>[2]): Consumer =>
  consumerOf(edge, name, operate);

/** The same for changes of a table. */
export const relay = (name: string, operate: Parameters<typeof relayOf>[2]): Relay =>
  relayOf(edge, name, operate);
