import { Logger } from '@aws-lambda-powertools/logger';
import { callMsMax } from '../adapters/dynamodb/client.ts';
import { type Consumer, consumerOf } from '../messaging/consume.ts';
import { systemClock } from './clock.ts';
import { loadConfig } from './config.ts';
import { metered } from './tally.ts';
import { timeouts } from './timeouts.ts';

const config = loadConfig();
const logger = new Logger({ serviceName: 'last-one' });

/** `consumerOf` with this shop's edge: what the consumers in `functions/` are made with. */
export const consume = (name: string, operate: Parameters<typeof consumerOf>[2]): Consumer =>
  consumerOf(
    {
      clock: systemClock,
      batchMsMax: timeouts.batchMs,
      callMsMax: callMsMax(config.DYNAMODB_ENDPOINT),
      metered,
      tell: ({ errors, ...batch }) => {
        const [error] = errors;
        if (error === undefined) logger.info('batch', { ...batch });
        else logger.error('batch', { ...batch, error: error as Error });
      },
    },
    name,
    operate,
  );
