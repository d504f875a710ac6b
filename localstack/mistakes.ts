import { TICKET_SECRET_LENGTH_MIN } from '../lib/runtime/config.ts';
import type { Template } from './packaged.ts';

/** At any other, what the alarms count would not be told. */
const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'];

/** One is of no use without the other, and what would come of it. */
const pairs = [
  ['MSK_CLUSTER_ARN', 'MSK_BROKERS', 'nothing could be published'],
  ['MSK_BROKERS', 'MSK_CLUSTER_ARN', 'orders that queue would never be decided'],
  ['SUBNET_IDS', 'SECURITY_GROUP_IDS', 'functions in a network need both'],
  ['SECURITY_GROUP_IDS', 'SUBNET_IDS', 'functions in a network need both'],
] as const;

/**
 * Settings of a deployment that can't be meant, in words. A validator of templates knows none of them, and
 * the shop would find out when somebody orders.
 */
export function mistakesIn(template: Template): string[] {
  const { LOG_LEVEL = '', TICKET_SECRET = '', KAFKA_BROKERS = '' } = variablesOf(template);
  const given = {
    MSK_BROKERS: KAFKA_BROKERS,
    MSK_CLUSTER_ARN: template.Parameters['MskClusterArn']?.Default ?? '',
    SUBNET_IDS: template.Parameters['SubnetIds']?.Default ?? '',
    SECURITY_GROUP_IDS: template.Parameters['SecurityGroupIds']?.Default ?? '',
  };
  const mistakes = pairs
    .filter(([one, other]) => given[one] !== '' && given[other] === '')
    .map(([one, other, why]) => `${one} is given without ${other}: ${why}.`);
  // What CloudFormation looks up elsewhere is as long as it is there.
  const isKnown = TICKET_SECRET !== '' && !TICKET_SECRET.startsWith('{{resolve:');
  if (isKnown && TICKET_SECRET.length < TICKET_SECRET_LENGTH_MIN) {
    mistakes.push(
      `TICKET_SECRET needs ${TICKET_SECRET_LENGTH_MIN} characters: it could be guessed.`,
    );
  }
  if (!LEVELS.includes(LOG_LEVEL)) {
    mistakes.push(`LAMBDA_LOG_LEVEL is one of ${LEVELS.join(', ')}, not ${LOG_LEVEL}.`);
  }
  return mistakes;
}

/** Of the function that has them all. */
function variablesOf({ Resources }: Template): Readonly<Record<string, string>> {
  const { Environment } = Resources['PlaceOrderLambdaFunction']?.Properties as {
    Environment: { Variables: Record<string, string> };
  };
  return Environment.Variables;
}
