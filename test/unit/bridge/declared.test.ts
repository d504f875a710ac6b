import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { declaredIn } from '../../../localstack/bridge/declared.ts';

const template = (more = '', events = '') => `
service: last-one
params:
  default:
    tablePrefix: \${self:service}-\${sls:stage}-
    topicPrefix: \${self:service}-\${sls:stage}-
  local:
    tablePrefix: \${env:TABLE_PREFIX, '\${self:service}-\${sls:stage}-'}
    topicPrefix: \${env:TOPIC_PREFIX, ''}
functions:
  placeOrder:
    handler: functions/place-order.handler
    events:
      - http: POST /orders
    iamRoleStatements:
      - &trace { Effect: Allow }
      - *trace
      - Resource: !Sub '\${OrdersTable.Arn}/index/holds'
  settleOrders:
    events:
      - msk: { arn: !GetAtt Cluster.Arn, topic: orders, batchSize: 50 }
${events}
resources:
  Resources:
    OrdersTable:
      Properties:
        TableName: \${param:tablePrefix}orders
  extensions:
    Other: {}
${more}
`;
const settings = (env: Record<string, string> = {}, stage = 'local') => ({ env, stage });
/** What the shop's own template has for a topic whose name begins with a prefix. */
const prefixed = `    SettleOrdersEventSourceMappingMSKClusterOrders:
      Properties: { Topics: ["\${param:topicPrefix}orders"] }`;

describe('an msk event', () => {
  it('is read with Lambda’s defaults', () => {
    expect(declaredIn(template(), settings())).toEqual({
      namePrefix: 'last-one-local-',
      mappings: [
        {
          kind: 'kafka',
          functionName: 'settleOrders',
          topic: 'orders',
          batchSize: 50,
          windowMs: 500,
          startingPosition: 'TRIM_HORIZON',
          reportsFailures: false,
        },
      ],
    });
  });

  it('reads the topic that its extension names, by the parameters of the stage', () => {
    const read = (...given: Parameters<typeof settings>) =>
      declaredIn(template(prefixed), settings(...given)).mappings;
    expect(read()).toMatchObject([{ topic: 'orders' }]);
    expect(read({ TOPIC_PREFIX: 'e2e-1-' })).toMatchObject([{ topic: 'e2e-1-orders' }]);
    const elsewhere = read({ TOPIC_PREFIX: 'e2e-1-' }, 'prod');
    expect(elsewhere).toMatchObject([{ topic: 'last-one-prod-orders' }]);
  });

  it('takes from its extension what osls has no words for, also a window of 0', () => {
    const extension = `    SettleOrdersEventSourceMappingMSKClusterOrders:
      Properties:
        FunctionResponseTypes: [ReportBatchItemFailures]
        MaximumBatchingWindowInSeconds: 0
        ProvisionedPollerConfig: { MinimumPollers: 1, MaximumPollers: 3 }`;
    expect(declaredIn(template(extension), settings()).mappings).toMatchObject([
      { batchSize: 50, windowMs: 0, reportsFailures: true },
    ]);
  });

  it('may not ask for retry limits, which the bridge does not keep', () => {
    const extension = `    SettleOrdersEventSourceMappingMSKClusterOrders:
      Properties: { MaximumRetryAttempts: 3 }`;
    expect(() => declaredIn(template(extension), settings())).toThrow('MaximumRetryAttempts');
  });

  it('may not name its topic by a variable that the bridge does not know', () => {
    const unknown = template(prefixed).replace('env:TOPIC_PREFIX', 'ssm:TOPIC_PREFIX');
    expect(() => declaredIn(unknown, settings())).toThrow("can't resolve ${ssm:TOPIC_PREFIX, ''}");
  });
});

it('reads a stream event, and finds the name of its table', () => {
  const events = `  relayEvents:
    events:
      - stream:
          type: dynamodb
          arn: !GetAtt OrdersTable.StreamArn
          batchWindow: 1
          startingPosition: LATEST
          functionResponseType: ReportBatchItemFailures
          bisectBatchOnFunctionError: true
          maximumRetryAttempts: 10`;
  const { mappings } = declaredIn(template('', events), settings());
  expect(mappings[1]).toEqual({
    kind: 'stream',
    functionName: 'relayEvents',
    table: 'last-one-local-orders',
    batchSize: 10,
    windowMs: 1_000,
    startingPosition: 'LATEST',
    reportsFailures: true,
    bisects: true,
    retriesMax: 10,
  });
  const named = declaredIn(template('', events), settings({ TABLE_PREFIX: 'mine-' }));
  expect(named.mappings[1]).toMatchObject({ table: 'mine-orders' });
});

it('leaves out what is switched off', () => {
  const off = template().replace('batchSize: 50', 'enabled: false');
  expect(declaredIn(off, settings()).mappings).toEqual([]);
});

it('reads the shop’s own template', async () => {
  const text = await readFile('serverless.yml', 'utf8');
  const { namePrefix, mappings } = declaredIn(text, settings());
  expect(namePrefix).toBe('last-one-local-');
  const topics = mappings.flatMap((one) => (one.kind === 'kafka' ? [one.topic] : []));
  expect(new Set(topics)).toEqual(new Set(['orders', 'order-events']));
  for (const one of declaredIn(text, settings({ TOPIC_PREFIX: 'e2e-1-' })).mappings) {
    if (one.kind === 'kafka') expect(one.topic).toMatch(/^e2e-1-/);
  }
});
