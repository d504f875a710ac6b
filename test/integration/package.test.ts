import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CelEngine, TemplateFile } from '@aws/cloudformation-validate';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { numberKeys, tableDefinitions, tableNames } from '../../lib/adapters/dynamodb/tables.ts';
import { noCost } from '../../lib/adapters/dynamodb/meter.ts';
import { isProblemCode, problemTypes } from '../../lib/http/problem-types.ts';
import { routes } from '../../lib/http/routes.ts';
import { tellBatches } from '../../lib/messaging/batch-log.ts';
import type { ToldBatch } from '../../lib/messaging/consume.ts';
import { timeouts } from '../../lib/runtime/timeouts.ts';
import { orderEventsTopic, ordersTopic } from '../../lib/runtime/topics.ts';
import { parse } from 'yaml';
import { deployedWith, everything } from '../../localstack/deployed.ts';
import { mistakesIn } from '../../localstack/mistakes.ts';
import { type Packaged, packageShop, type Resource } from '../../localstack/packaged.ts';
import { createTables } from '../../localstack/shop/tables.ts';
import { cartsContract } from '../contract/carts-contract.ts';
import { groupContract } from '../contract/group-contract.ts';
import { ledgerContract } from '../contract/ledger-contract.ts';
import { storeContract } from '../contract/store-contract.ts';
import { DYNAMODB_ENDPOINT } from '../database.ts';
import { consumersUsed, useConsumers } from './consumer-rights.ts';
import { packagedAs, tabledIn } from './event-sources.ts';
import { notedCarts, NotedShop, UsedActions } from './used-actions.ts';

const SIGNER = 'aws-msk-iam-sasl-signer-js';

/** What whoever deploys may have set for a shop on their own machine. */
const ofThisMachine = { TABLE_PREFIX: 'mine-', TOPIC_PREFIX: 'mine-', LOG_LEVEL: 'SILENT' };

let folder: string;
let packaged: Packaged;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'last-one-package-'));
  Object.assign(process.env, ofThisMachine);
  packaged = await packageShop(folder);
  for (const name of Object.keys(ofThisMachine)) Reflect.deleteProperty(process.env, name);
}, 180_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const ofType = (type: string): [string, Resource][] =>
  Object.entries(packaged.template.Resources).filter(([, { Type }]) => Type === type);

const functions = () =>
  ofType('AWS::Lambda::Function').map(([id, { Properties }]) => ({
    name: id.replace(/LambdaFunction$/, '').replace(/^./, (letter) => letter.toLowerCase()),
    Timeout: Properties['Timeout'] as number,
    MemorySize: Properties['MemorySize'] as number,
    Role: JSON.stringify(Properties['Role']),
    Handler: Properties['Handler'] as string,
    Runtime: Properties['Runtime'] as string,
    Variables: (Properties['Environment'] as { Variables: Record<string, unknown> }).Variables,
  }));

/** `GET /orders/{orderId}` for each method that the gateway knows. */
function gatewayRoutes(): string[] {
  const resources = packaged.template.Resources;
  const pathOf = (ref: unknown): string => {
    const id = (ref as { Ref?: string }).Ref;
    if (id === undefined) return '';
    const { ParentId, PathPart } = resources[id]?.Properties ?? {};
    return `${pathOf(ParentId)}/${String(PathPart)}`;
  };
  return ofType('AWS::ApiGateway::Method').map(([, { Properties }]) => {
    return `${String(Properties['HttpMethod'])} ${pathOf(Properties['ResourceId']) || '/'}`;
  });
}

describe('the package for AWS', () => {
  it('has a template in which the validator finds no FATAL and no ERROR', () => {
    expect(packaged.errors).toEqual([]);
  });

  it('is checked with nothing given and with everything', () => {
    expect(Object.keys(everything).sort()).toEqual(
      Object.keys(packaged.template.Parameters).sort(),
    );
    const ways = [deployedWith(packaged.template, {}), deployedWith(packaged.template, everything)];
    const [none = {}, all = {}] = ways.map(({ Resources }) => Resources);
    const conditional = Object.entries(packaged.template.Resources)
      .filter(([, { Condition }]) => Condition !== undefined)
      .map(([id]) => id);
    expect(conditional.length).toBeGreaterThan(5);
    expect(conditional.filter((id) => id in none)).toEqual([]);
    expect(Object.keys(all).sort()).toEqual(Object.keys(packaged.template.Resources).sort());
    expect(JSON.stringify(ways)).not.toContain('Fn::If');
    for (const name of inNetwork) {
      const id = `${name.replace(/^./, (letter) => letter.toUpperCase())}LambdaFunction`;
      expect(none[id]?.Properties).not.toHaveProperty('VpcConfig');
      expect(all[id]?.Properties).toHaveProperty('VpcConfig');
    }
  });

  const brokers = { KAFKA_BROKERS: 'b-1:9098' };
  const { MskClusterArn, SubnetIds, SecurityGroupIds } = everything;
  const secret = (value: string) => ({ TICKET_SECRET: value });
  it.each<readonly [string, Record<string, string | undefined>, Record<string, string>, string?]>([
    ['nothing', {}, {}],
    ['a cluster', { MskClusterArn }, {}, 'MSK_CLUSTER_ARN is given without MSK_BROKERS'],
    ['brokers', {}, brokers, 'MSK_BROKERS is given without MSK_CLUSTER_ARN'],
    ['a cluster with its brokers', { MskClusterArn }, brokers],
    ['subnets', { SubnetIds }, {}, 'SUBNET_IDS is given without SECURITY_GROUP_IDS'],
    ['groups', { SecurityGroupIds }, {}, 'SECURITY_GROUP_IDS is given without SUBNET_IDS'],
    ['a network', { SubnetIds, SecurityGroupIds }, {}],
    ['a short secret', {}, secret('x'.repeat(31)), 'TICKET_SECRET needs 32 characters'],
    ['a secret', {}, secret('x'.repeat(32))],
    ['a reference to one', {}, secret('{{resolve:secretsmanager:last-one/tickets}}')],
    ['a level that hides errors', {}, { LOG_LEVEL: 'SILENT' }, 'LAMBDA_LOG_LEVEL is one of'],
  ])('refuses settings that can not be meant, and no others: %s', (...[, given, set, refused]) => {
    const parameters = given as Record<string, string>;
    const template = structuredClone(deployedWith(packaged.template, parameters));
    const { Environment } = template.Resources['PlaceOrderLambdaFunction']?.Properties as {
      Environment: { Variables: Record<string, string> };
    };
    Object.assign(Environment.Variables, set);
    const wanted = refused === undefined ? [] : [expect.stringContaining(refused)];
    expect(mistakesIn(template)).toEqual(wanted);
  });

  it('is checked by a validator that does find an error', async () => {
    const broken = join(folder, 'broken.json');
    const text = await readFile(join(folder, 'deployed-2.json'), 'utf8');
    await writeFile(broken, text.replace('"BillingMode"', '"BillingMood"'));
    const { diagnostics } = new CelEngine().validateStandard(new TemplateFile(broken));
    expect(diagnostics.map(({ severity }) => severity)).toContain('FATAL');
  });

  it('has one function for each file in functions/, each bundle under 1 MB zipped', () => {
    const files = readdirSync('functions').map((file) => file.replace('.ts', ''));
    const handlers = functions().map(({ Handler }) =>
      Handler.replace(/^functions\/|\.handler$/g, ''),
    );
    expect(handlers.sort()).toEqual(files.sort());
    expect([...packaged.bundles.keys()]).toHaveLength(files.length);
    for (const bytes of packaged.bundles.values()) expect(bytes).toBeLessThan(1_000_000);
  });

  it('puts the client of Kafka into those functions alone that have need of it', async () => {
    expect(await carriersOf('kafkajs')).toEqual(publishers);
  }, 180_000);

  // A bundle without it would find out when the first order is placed.
  const whereInstalled = existsSync(`node_modules/${SIGNER}`) ? it : it.skip;
  whereInstalled(
    'puts the signer for MSK beside it',
    async () => {
      expect(await carriersOf(SIGNER)).toEqual(publishers);
    },
    180_000,
  );

  it('serves every route of the list, and everything else by the catch-all', () => {
    const listed = Object.values(routes).map(({ method, path }) => `${method} ${path}`);
    expect(gatewayRoutes().sort()).toEqual([...listed, 'ANY /', 'ANY /{proxy+}'].sort());
    const names = functions().map(({ name }) => name);
    expect(names.sort()).toEqual([...Object.keys(routes), ...consumers, 'unrouted'].sort());
  });

  it('keeps one ladder of time-outs: gateway > function > request > two engine calls', () => {
    const { apiMs, functionMs, requestMs, callMs, consumerMs, batchMs } = timeouts;
    expect(apiMs).toBe(29_000);
    for (const { name, Timeout } of functions()) {
      expect(Timeout * 1000).toBe(consumers.includes(name) ? consumerMs : functionMs);
    }
    expect(batchMs + 2 * callMs).toBeLessThan(consumerMs);
    expect(functionMs).toBeLessThan(apiMs);
    expect(requestMs + 2 * callMs).toBeLessThan(functionMs);
    expect(2 * callMs).toBeLessThan(3_000);
  });

  it('runs on Node 24, with memory for each function', () => {
    for (const { Runtime, MemorySize } of functions()) {
      expect(Runtime).toBe('nodejs24.x');
      expect(MemorySize).toBeGreaterThanOrEqual(256);
    }
  });

  it('gives each function a role of its own, and no right on everything but tracing and a network', () => {
    const roles = functions().map(({ Role }) => Role);
    expect(new Set(roles).size).toBe(roles.length);
    const inRoles = ofType('AWS::IAM::Role').flatMap(([, { Properties }]) =>
      (Properties['Policies'] as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(
        ({ PolicyDocument }) => PolicyDocument.Statement,
      ),
    );
    const statements = [...inRoles, ...policies().flatMap(([, { Statement }]) => Statement)];
    const wide = statements.filter(({ Resource }) => [Resource].flat().includes('*'));
    const actions = new Set(wide.flatMap(({ Action }) => Action));
    const others = [...actions].filter((action) => !action.startsWith('xray:'));
    expect(others.sort()).toEqual(networkRights);
    expect(statements.flatMap(({ Action }) => Action).some((a) => a.endsWith(':*'))).toBe(false);
  });

  it('lets only those stand in a network that speak to what is there', () => {
    const holders = ofType('AWS::IAM::Role').filter(([, { Properties }]) =>
      JSON.stringify(Properties['ManagedPolicyArns'] ?? '').includes('NetworkPolicy'),
    );
    expect(holders.map(([id]) => id.replace(/IamRole.*$/, '')).sort()).toEqual(
      inNetwork.map((name) => name.replace(/^./, (letter) => letter.toUpperCase())).sort(),
    );
    const given = functions().filter(({ Variables }) =>
      ['KAFKA_BROKERS', 'REDIS_URL'].some((name) => name in Variables),
    );
    expect(given.map(({ name }) => name).sort()).toEqual([...inNetwork].sort());
    for (const { Variables } of given) {
      // No engine of the machine that packages gets into the package.
      expect(Variables).toMatchObject({ KAFKA_BROKERS: '', KAFKA_AUTH: 'aws-iam' });
      expect(Variables['REDIS_URL'] ?? '').toBe('');
    }
  });

  it('gives each function the rights on Kafka that it uses, on one topic and one group', () => {
    const cluster = { Ref: 'MskClusterArn' };
    const under = (kind: string, name: string) => ({
      'Fn::Join': [
        '/',
        [{ 'Fn::Join': [`:${kind}/`, { 'Fn::Split': [':cluster/', cluster] }] }, name],
      ],
    });
    const orders = under('topic', 'last-one-prod-orders');
    const rights = policies().flatMap(([, { roles, Statement }]) =>
      roles.flatMap((role) =>
        Statement.flatMap(({ Action, Resource }) =>
          Action.filter((action) => action.startsWith('kafka')).map(
            (action) => [role, action, Resource] as const,
          ),
        ),
      ),
    );
    const of = (wanted: string) =>
      rights.filter(([role]) => role === wanted).map(([, action, on]) => [action, on]);
    const connect = ['kafka-cluster:Connect', cluster];
    const events = under('topic', 'last-one-prod-order-events');
    const writes = (topic: typeof orders) => [
      ['kafka-cluster:DescribeTopic', topic],
      ['kafka-cluster:WriteData', topic],
    ];
    expect(of('Health')).toEqual([connect]);
    expect(of('PlaceOrder')).toEqual([connect, ...writes(orders)]);
    expect(of('RelayEvents')).toEqual([connect, ...writes(events)]);
    expect(of('ReplayDeadLetter')).toEqual([connect, ...writes(orders), ...writes(events)]);
    const reads = (topic: typeof orders, name: string) => {
      const group = under('group', `last-one-prod-${name}`);
      return [
        ['kafka:DescribeCluster', cluster],
        ['kafka:DescribeClusterV2', cluster],
        ['kafka:GetBootstrapBrokers', cluster],
        connect,
        ['kafka-cluster:DescribeClusterDynamicConfiguration', cluster],
        ['kafka-cluster:DescribeTopic', topic],
        ['kafka-cluster:ReadData', topic],
        ['kafka-cluster:AlterGroup', group],
        ['kafka-cluster:DescribeGroup', group],
      ];
    };
    expect(of('SettleOrders')).toEqual(reads(orders, 'settle-orders'));
    expect(of('TallySales')).toEqual(reads(events, 'tally-sales'));
    expect(of('ClearCarts')).toEqual(reads(events, 'clear-carts'));
    expect(new Set(rights.map(([role]) => role)).size).toBe(7);
  });

  it('lets only the functions that write a table write it', () => {
    const writers = (table: string): string[] =>
      ofType('AWS::IAM::Role')
        .filter(([, { Properties }]) => {
          const policies = Properties['Policies'] as {
            PolicyDocument: { Statement: Statement[] };
          }[];
          return policies.some(({ PolicyDocument }) =>
            PolicyDocument.Statement.some(
              ({ Action, Resource }) =>
                JSON.stringify(Resource).includes(`"${table}"`) &&
                [Action].flat().some((action) => /dynamodb:(Put|Update|Delete)/.test(action)),
            ),
          );
        })
        .map(([id]) => id.replace(/IamRole.*$/, ''));
    expect(writers('ProductsTable').sort()).toEqual([
      ...['AdjustStock', 'PayOrder', 'PlaceOrder', 'PutProduct', 'SettleOrders'],
    ]);
    expect(writers('OrdersTable').sort()).toEqual(['PayOrder', 'PlaceOrder', 'SettleOrders']);
    expect(writers('LedgerTable').sort()).toEqual(['ChargeBalance', 'PayOrder']);
    expect(writers('ProviderRefsTable')).toEqual(['ChargeBalance']);
    expect(writers('AdjustmentsTable')).toEqual(['AdjustStock']);
    expect(writers('DeadLettersTable').sort()).toEqual([
      ...['ClearCarts', 'RelayEvents', 'ReplayDeadLetter', 'SettleOrders', 'TallySales'],
    ]);
    expect(writers('SalesTable')).toEqual(['TallySales']);
    expect(writers('CartsTable').sort()).toEqual(['ClearCarts', 'PutCartItem', 'RemoveCartItem']);
  });

  it('gives each function the rights on the tables that it uses under every strategy', async () => {
    const { used, newShop, newCarts } = await notedShops();
    for (const { run } of [...groupContract, ...ledgerContract]) await run(newShop());
    for (const strategy of ['dynamodb-lease', 'redis-combining'] as const) {
      for (const { run } of storeContract) await run(Object.assign(newShop(), { strategy }));
    }
    for (const { run } of cartsContract) await run(newCarts());
    const names = ['placeOrder', 'payOrder', 'chargeBalance', 'adjustStock'];
    for (const name of [...names, 'getCart', 'putCartItem', 'removeCartItem', 'clearCarts']) {
      expect([name, lackingIn(name, used)]).toEqual([name, []]);
    }
    expect(used.of('placeOrder')).toEqual(expect.arrayContaining(checks));
  }, 240_000);

  it('gives each consumer the rights that it uses and no others, and so who reads what they keep', async () => {
    const { used, newShop } = await notedShops();
    await useConsumers(newShop, used);
    expect([...consumersUsed].sort()).toEqual(consumers);
    for (const name of [...consumers, 'getTicket', 'getTopProducts', 'replayDeadLetter']) {
      expect([name, lackingIn(name, used)]).toEqual([name, []]);
    }
    for (const name of consumers) {
      expect(used.of(name)).toContain('dynamodb:PutItem deadLetters');
      // A stream is read by Lambda, on the function's behalf.
      const onTables = [...granted(name)].filter((right) => /^dynamodb:\w+ \w/.test(right));
      expect([name, onTables.sort()]).toEqual([name, used.of(name)]);
    }
  }, 240_000);

  it('creates the tables that the adapter was written for', () => {
    const tables = ofType('AWS::DynamoDB::Table').map(([, { Properties }]) => {
      const keysOf = (schema: unknown): string[] =>
        (schema as { AttributeName: string }[]).map(({ AttributeName }) => AttributeName);
      const types = Object.fromEntries(
        (
          Properties['AttributeDefinitions'] as { AttributeName: string; AttributeType: string }[]
        ).map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
      );
      const indexesOf = (kind: 'global' | 'local', schema: unknown) =>
        ((schema ?? []) as PackagedIndex[]).map(({ IndexName, KeySchema, Projection }) => ({
          name: IndexName,
          kind,
          keys: keysOf(KeySchema),
          projection:
            Projection.ProjectionType === 'INCLUDE'
              ? Projection.NonKeyAttributes
              : Projection.ProjectionType,
        }));
      const indexes = [
        ...indexesOf('global', Properties['GlobalSecondaryIndexes']),
        ...indexesOf('local', Properties['LocalSecondaryIndexes']),
      ];
      for (const [name, type] of Object.entries(types)) {
        expect([name, type]).toEqual([name, numberKeys.includes(name) ? 'N' : 'S']);
      }
      const stream = Properties['StreamSpecification'] as { StreamViewType: string } | undefined;
      if (stream !== undefined) expect(stream.StreamViewType).toBe('NEW_AND_OLD_IMAGES');
      return [
        logicalOf(String(Properties['TableName'])),
        {
          key: keysOf(Properties['KeySchema']),
          indexes,
          stream: stream !== undefined,
        },
      ] as const;
    });
    expect(Object.fromEntries(tables)).toEqual(tableDefinitions);
  });

  it('relays the changes of orders with partial failures, and gives nothing up', () => {
    const { Condition, Properties } = mappingOf('relayEvents');
    expect(Condition).toBe('HasKafka');
    expect(Properties).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': ['OrdersTable', 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: -1,
    });
    expect(Properties).not.toHaveProperty('DestinationConfig');
    expect(Properties).not.toHaveProperty('MaximumRecordAgeInSeconds');
  });

  it.each([
    ['settleOrders', 'orders', 'settle-orders'],
    ['tallySales', 'order-events', 'tally-sales'],
    ['clearCarts', 'order-events', 'clear-carts'],
  ])('feeds %s by pollers that are always there, in a group of its own', (name, topic, group) => {
    expect(mappingOf(name)).toMatchObject({
      Condition: 'HasKafka',
      Properties: {
        Topics: [`last-one-prod-${topic}`],
        StartingPosition: 'TRIM_HORIZON',
        ProvisionedPollerConfig: { MinimumPollers: 1, MaximumPollers: 3 },
        AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: `last-one-prod-${group}` },
      },
    });
  });

  it('answers outage and poison of every event source as docs/aws.md says', async () => {
    const tabled = tabledIn(await readFile('docs/aws.md', 'utf8'));
    const byName = (a: { function: string }, b: { function: string }) =>
      a.function.localeCompare(b.function);
    const mappings = ofType('AWS::Lambda::EventSourceMapping').map(([, one]) => packagedAs(one));
    const answered = tabled.filter((row) => row.answered).map(({ source }) => source);
    expect(mappings.sort(byName)).toEqual(answered.sort(byName));
    // What has no answer yet is not there yet.
    const open = tabled.filter((row) => !row.answered).map(({ source }) => source.function);
    const files = functions().map(({ name }) => name);
    expect(open.filter((name) => files.includes(name))).toEqual([]);
  });

  it('has alarms for each consumer that lags, fails, may not run, or is not called', () => {
    const looked = alarms().map(({ Namespace, MetricName, Dimensions = [] }) =>
      [
        Namespace,
        MetricName,
        ...Dimensions.map(({ Name, Value: { Ref } }) => `${Name} ${Ref}`),
      ].join(),
    );
    const wanted = consumers.flatMap((name) => {
      const named = `FunctionName ${logicalIdOf(name)}LambdaFunction`;
      const { Properties } = mappingOf(name);
      const id = ofType('AWS::Lambda::EventSourceMapping').find(
        ([, one]) => one === mappingOf(name),
      )?.[0];
      const own =
        'Topics' in Properties
          ? [`OffsetLag,${named}`, `PollingErrorCount,EventSourceMappingUUID ${id}`]
          : [`IteratorAge,${named}`];
      // Without it Lambda counts no errors of its pollers.
      if ('Topics' in Properties) {
        expect(Properties['MetricsConfig']).toEqual({ Metrics: ['ErrorCount'] });
      }
      return [...own, `Errors,${named}`, `Throttles,${named}`].map((one) => `AWS/Lambda,${one}`);
    });
    const counted = ['UnsettledBatches', 'DeadLetters'].map((one) => `last-one-prod-shop,${one}`);
    expect(looked.sort()).toEqual([...wanted, ...counted].sort());
  });

  it('alarms on some minutes of ten, since a batch that comes again may leave one out', () => {
    for (const {
      id,
      AlarmActions,
      EvaluationPeriods,
      DatapointsToAlarm = 10,
      Period,
    } of alarms()) {
      expect(AlarmActions).toHaveProperty('Fn::If');
      if (id === 'DeadLettersAlarm') expect(EvaluationPeriods).toBe(1);
      else expect([Period, EvaluationPeriods, DatapointsToAlarm < 6]).toEqual([60, 10, true]);
    }
  });

  it('has every alarm explained in docs/aws.md', async () => {
    const [, after = ''] = (await readFile('docs/aws.md', 'utf8')).split('## Alarms');
    const [section = ''] = after.split('\n## ');
    const told = [...section.matchAll(/^\| (.*?) +\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => `${name}Alarm`),
    );
    expect(told.sort()).toEqual(
      alarms()
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('counts batches that come again and records given up, in the lines that each consumer writes', () => {
    const filters = ofType('AWS::Logs::MetricFilter').map(([, { Properties }]) => Properties);
    const sound = { consumer: 'any', records: 5, failed: 0, from: [], counts: { placed: 5 } };
    const batches = {
      sound,
      contended: { ...sound, failed: 2, counts: { contended: 1 } },
      thrown: { ...sound, failed: 2, errors: [new Error('away')] },
      poisoned: { ...sound, counts: { poison: 2, placed: 3 } },
    };
    for (const name of consumers) {
      const own = filters.filter(
        ({ LogGroupName }) =>
          (LogGroupName as { Ref: string }).Ref === `${logicalIdOf(name)}LogGroup`,
      );
      const counts = Object.entries(batches).map(([kind, batch]) => {
        const [level, line] = lineOf(batch);
        const counting = own.filter(({ FilterPattern }) => matches(String(FilterPattern), line));
        return [
          ...[kind, level],
          ...counting.map(({ MetricTransformations }) => {
            const [{ MetricName }] = MetricTransformations as [{ MetricName: string }];
            return MetricName;
          }),
        ];
      });
      expect([name, counts]).toEqual([
        name,
        [
          ['sound', 'info'],
          ['contended', 'error', 'UnsettledBatches'],
          ['thrown', 'error', 'UnsettledBatches'],
          ['poisoned', 'error', 'DeadLetters'],
        ],
      ]);
    }
  });

  it('creates the tables, and puts into a network the functions, that docs/aws.md tells', async () => {
    const [, after = ''] = (await readFile('docs/aws.md', 'utf8')).split('## What is created');
    const [section = ''] = after.split('\n## ');
    const namedIn = (beginning: string): string[] => {
      const item = section.split('\n- ').find((one) => one.startsWith(beginning)) ?? '';
      const [first = ''] = item.split('. ');
      return [...first.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name);
    };
    expect(namedIn('DynamoDB tables').sort()).toEqual(Object.values(tableNames('')).sort());
    expect(namedIn('With a network').sort()).toEqual([...inNetwork].sort());
    expect(namedIn('With an MSK cluster').sort()).toEqual(consumers);
  });

  it('has every parameter explained in docs/aws.md', async () => {
    const { params } = parse(await readFile('serverless.yml', 'utf8'), { logLevel: 'error' }) as {
      params: { default: Record<string, string> };
    };
    const text = await readFile('docs/aws.md', 'utf8');
    for (const [name, value] of Object.entries(params.default)) {
      const [, variable = ''] = /^\$\{env:(\w+)/.exec(value) ?? [];
      expect(text).toMatch(new RegExp(`\\| \`${name}\` +\\| \`${variable}\` `));
    }
  });

  it("tells the gateway's own answers as problems of the registry", () => {
    const responses = ofType('AWS::ApiGateway::GatewayResponse');
    const types = responses.map(([, { Properties }]) => Properties['ResponseType']);
    expect(types).toEqual(
      expect.arrayContaining([
        'DEFAULT_4XX',
        'DEFAULT_5XX',
        'THROTTLED',
        'REQUEST_TOO_LARGE',
        'INTEGRATION_TIMEOUT',
      ]),
    );
    for (const [, { Properties }] of responses) {
      const templates = Properties['ResponseTemplates'] as Record<string, string>;
      const body = JSON.parse(templates['application/json'] ?? '') as Record<string, unknown>;
      const code = String(body['code']);
      if (!isProblemCode(code)) throw new Error(`${code} is not in the registry`);
      const { status, title } = problemTypes[code];
      expect(body).toMatchObject({ type: `/problems/${code}`, title, status });
      expect(body['requestId']).toBe('$context.extendedRequestId');
      expect(Properties['StatusCode']).toBe(String(status));
      const headers = Properties['ResponseParameters'] as Record<string, string>;
      expect(headers['gatewayresponse.header.Content-Type']).toBe("'application/problem+json'");
    }
  });

  it('takes bodies as bytes', () => {
    const [api] = ofType('AWS::ApiGateway::RestApi');
    expect(api?.[1].Properties['BinaryMediaTypes']).toEqual(['*/*']);
  });

  it("tells the functions their stage, whatever the deployer's own machine has set", () => {
    const [TABLE_PREFIX, TOPIC_PREFIX] = ['last-one-prod-', 'last-one-prod-'];
    for (const { Variables } of functions()) {
      expect(Variables).toMatchObject({
        ...{ STAGE: 'prod', LOG_LEVEL: 'INFO', TABLE_PREFIX, TOPIC_PREFIX },
      });
    }
    const text = JSON.stringify(packaged.template);
    for (const value of Object.values(ofThisMachine)) expect(text).not.toContain(value);
  });

  it('reads topics of its own stage alone, by names that the functions publish to', () => {
    const read = ofType('AWS::Lambda::EventSourceMapping').flatMap(
      ([, { Properties }]) => (Properties['Topics'] as string[] | undefined) ?? [],
    );
    const published = { TOPIC_PREFIX: 'last-one-prod-' };
    expect(new Set(read)).toEqual(new Set([ordersTopic(published), orderEventsTopic(published)]));
  });
});

/**
 * What a function needs to stand in a network, and a consumer of MSK to reach its brokers; AWS has no
 * narrower form of these.
 */
const networkRights = [
  ...['ec2:AssignPrivateIpAddresses', 'ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface'],
  ...['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets'],
  ...['ec2:DescribeVpcs', 'ec2:UnassignPrivateIpAddresses'],
];

/** Functions that speak to Kafka or Redis themselves. */
const inNetwork = ['placeOrder', 'relayEvents', 'replayDeadLetter', 'health'];
const publishers = [
  ...['functions/health.ts', 'functions/place-order.ts'],
  ...['functions/relay-events.ts', 'functions/replay-dead-letter.ts'],
];
/** The functions whose bundle holds this package. */
async function carriersOf(name: string): Promise<(string | undefined)[]> {
  const { outputs } = (
    await build({
      ...{ entryPoints: ['functions/*.ts'], outdir: folder, write: false, metafile: true },
      ...{ bundle: true, format: 'esm', platform: 'node', logLevel: 'error' },
    })
  ).metafile;
  return Object.values(outputs)
    .filter(({ inputs }) => Object.keys(inputs).some((file) => file.includes(`/${name}/`)))
    .map(({ entryPoint }) => entryPoint)
    .sort();
}

/** The policies beside the roles, with the functions that they are for; they stand on conditions. */
const policies = () =>
  ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap(ofType).map(([id, policy]) => {
    const { Roles = [], PolicyDocument } = policy.Properties as {
      Roles?: { Ref: string }[];
      PolicyDocument: { Statement: Statement[] };
    };
    expect([id, policy.Condition]).toEqual([id, expect.stringMatching(/^Has(Kafka|Network)$/)]);
    const roles = Roles.map(({ Ref }) => Ref.replace(/IamRole.*$/, ''));
    return [id, { roles, Statement: PolicyDocument.Statement }] as const;
  });

/** Functions that no route leads to. */
const consumers = ['clearCarts', 'relayEvents', 'settleOrders', 'tallySales'];

const logicalIdOf = (name: string): string => name.replace(/^./, (letter) => letter.toUpperCase());

const alarms = () =>
  ofType('AWS::CloudWatch::Alarm').map(([id, { Properties }]) => ({
    id,
    ...(Properties as {
      Namespace: string;
      MetricName: string;
      Dimensions?: { Name: string; Value: { Ref: string } }[];
      Period: number;
      EvaluationPeriods: number;
      DatapointsToAlarm?: number;
      AlarmActions: unknown;
    }),
  }));

/** The level and the line at which a consumer tells a batch. */
function lineOf(batch: object): readonly [level: string, line: object] {
  let told: readonly [string, object] = ['none', {}];
  const at = (level: string) => (message: string, more: object) => {
    told = [level, { message, ...more }];
  };
  const whole = { errors: [], tookMs: 1, cost: noCost, ...batch };
  tellBatches({ info: at('info'), error: at('error') })(whole as unknown as ToldBatch);
  return told;
}

/** Whether CloudWatch would count a line, for patterns of `$.a = "text"` and `$.a.b > number`. */
const matches = (pattern: string, line: object): boolean =>
  pattern
    .replace(/^\{ | \}$/g, '')
    .split(' && ')
    .every((clause) => {
      const [, path = '', is, wanted = ''] = /^\$\.([\w.]+) (=|>) (.+)$/.exec(clause) ?? [];
      const found = path
        .split('.')
        .reduce<unknown>((at, name) => at?.[name as keyof typeof at], line);
      const value: unknown = JSON.parse(wanted);
      return is === '=' ? found === value : typeof found === 'number' && found > Number(value);
    });

/** What invokes a function beside HTTP. */
function mappingOf(name: string): Resource {
  const logical = logicalIdOf(name);
  const found = ofType('AWS::Lambda::EventSourceMapping').filter(([id]) => id.startsWith(logical));
  const [[, mapping] = []] = found;
  if (mapping === undefined || found.length > 1)
    throw new Error(`${name} has no mapping of its own`);
  return mapping;
}

/** Shops on tables of their own, and what their functions ask of these. */
async function notedShops() {
  const prefix = `rights-${randomUUID()}-`;
  await createTables(DYNAMODB_ENDPOINT, prefix);
  const used = new UsedActions(prefix);
  return {
    used,
    newShop: () => new NotedShop(prefix, used),
    newCarts: () => notedCarts(prefix, used),
  };
}

/** What a function used and has no right to; a function that used nothing was not tested. */
function lackingIn(name: string, used: UsedActions): string[] {
  const rights = used.of(name);
  if (rights.length === 0) return ['everything'];
  return rights.filter((right) => !granted(name).has(right));
}

/** What decides a group without taking anything. */
const checks = ['dynamodb:ConditionCheckItem orders', 'dynamodb:ConditionCheckItem products'];

/** The rights of a function's role, such as `dynamodb:Query orders/index/holds`. */
function granted(name: string): Set<string> {
  const role = name.replace(/^./, (letter) => letter.toUpperCase());
  const found = ofType('AWS::IAM::Role').find(([id]) => id.startsWith(`${role}IamRole`));
  if (found === undefined) throw new Error(`${name} has no role of its own`);
  const policies = found[1].Properties['Policies'] as {
    PolicyDocument: { Statement: Statement[] };
  }[];
  const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  return new Set(
    statements.flatMap(({ Action, Resource }) =>
      [Action].flat().map((action) => `${action} ${tableOf(Resource)}`),
    ),
  );
}

/** `orders` or `orders/index/holds`, of `!GetAtt` or `!Sub`. */
function tableOf(resource: unknown): string {
  const [, id = '', index = ''] =
    /(\w+)Table(?:",|\.)"?Arn\}?((?:\/index\/\w+)?)/.exec(JSON.stringify(resource)) ?? [];
  return `${id.replace(/^./, (letter) => letter.toLowerCase())}${index}`;
}

interface Statement {
  readonly Action: string[];
  readonly Resource: unknown;
}

interface PackagedIndex {
  readonly IndexName: string;
  readonly KeySchema: unknown;
  readonly Projection: { readonly ProjectionType: string; readonly NonKeyAttributes?: string[] };
}

const logicalOf = (name: string): string =>
  Object.entries(tableNames('last-one-prod-')).find(([, real]) => real === name)?.[0] ?? name;
