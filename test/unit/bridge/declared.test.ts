import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { declaredIn } from '../../../localstack/bridge/declared.ts';

const template = (more = '', events = '') => `
service: last-one
provider:
  environment:
    TABLE_PREFIX: \${env:TABLE_PREFIX, '\${self:service}-\${sls:stage}-'}
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
      - msk: { arn: !GetAtt Cluster.Arn, topic: "\${env:TOPIC_PREFIX, ''}orders", batchSize: 50 }
${events}
resources:
  Resources:
    OrdersTable:
      Properties:
        TableName: \${self:provider.environment.TABLE_PREFIX}orders
  extensions:
    Other: {}
${more}
`;
const settings = (env: Record<string, string> = {}) => ({ env, stage: 'local' });

describe('an msk event', () => {
  it('is read with Lambda’s defaults, and a topic’s prefix from the environment', () => {
    expect(declaredIn(template(), settings({ TOPIC_PREFIX: 'e2e-1-' }))).toEqual({
      namePrefix: 'last-one-local-',
      mappings: [
        {
          kind: 'kafka',
          functionName: 'settleOrders',
          topic: 'e2e-1-orders',
          batchSize: 50,
          windowMs: 500,
          startingPosition: 'TRIM_HORIZON',
          reportsFailures: false,
        },
      ],
    });
    expect(declaredIn(template(), settings()).mappings).toMatchObject([{ topic: 'orders' }]);
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
    const unknown = template().replace('env:TOPIC_PREFIX', 'ssm:TOPIC_PREFIX');
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
  const { namePrefix } = declaredIn(await readFile('serverless.yml', 'utf8'), settings());
  expect(namePrefix).toBe('last-one-local-');
});
