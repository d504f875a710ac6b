import { AsyncLocalStorage } from 'node:async_hooks';
import {
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import {
  addCost,
  meter,
  noCost,
  type Cost,
  type TableShape,
} from '../../../../lib/adapters/dynamodb/meter.ts';

interface Reply {
  readonly statusCode: number;
  readonly body: object;
}

const ok = (body: object = {}): Reply => ({ statusCode: 200, body });
const fault = (type: string, statusCode: number, more: object = {}): Reply => ({
  statusCode,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: type, ...more },
});
const lost = Object.assign(new Error('socket hang up'), {
  code: 'ECONNRESET',
  name: 'TimeoutError',
});
const shape: TableShape = { name: 'orders', key: ['id'], indexes: [] };

/** A real client that talks to a list of replies instead of a network. */
function clientOf(replies: (Reply | Error)[], onCost: (cost: Cost, command: string) => void) {
  const client = new DynamoDBClient({
    region: 'eu-central-1',
    endpoint: 'http://stub.invalid',
    credentials: { accessKeyId: 'stub', secretAccessKey: 'stub' },
    maxAttempts: 3,
    requestHandler: {
      handle: () => {
        const reply = replies.shift() ?? new Error('no reply left');
        if (reply instanceof Error) return Promise.reject(reply);
        const body = new TextEncoder().encode(JSON.stringify(reply.body));
        return Promise.resolve({ response: { statusCode: reply.statusCode, headers: {}, body } });
      },
    },
  });
  client.middlewareStack.use(meter({ shapeOf: () => shape, onCost }));
  return client;
}

function metered(...replies: (Reply | Error)[]) {
  const bills: (readonly [string, Cost])[] = [];
  const client = clientOf(replies, (cost, command) => bills.push([command, cost]));
  const total = () => bills.map(([, cost]) => cost).reduce(addCost, noCost);
  return { client, bills, total };
}

const put = new PutItemCommand({ TableName: 'test-orders', Item: { id: { S: '1' } } });
const transaction = new TransactWriteItemsCommand({
  TransactItems: [
    { Put: { TableName: 'test-orders', Item: { id: { S: '1' } } } },
    { Put: { TableName: 'test-orders', Item: { id: { S: '2' }, pad: { S: 'x'.repeat(1500) } } } },
  ],
});

describe('the meter in a client', () => {
  it('bills a request that succeeds, by its operation', async () => {
    const { client, bills } = metered(ok());
    await client.send(put);
    expect(bills).toEqual([
      [
        'PutItem',
        { requests: 1, writeUnits: 1, readUnits: 0, transactions: 0, itemWrites: { orders: 1 } },
      ],
    ]);
  });

  it('counts a retried request twice, and throttling free of units', async () => {
    const { client, bills, total } = metered(
      fault('ProvisionedThroughputExceededException', 400),
      ok(),
    );
    await client.send(put);
    expect(bills).toHaveLength(2);
    expect(total()).toMatchObject({ requests: 2, writeUnits: 1, itemWrites: { orders: 2 } });
  });

  it('bills both attempts when a reply is lost', async () => {
    const { client, total } = metered(lost, ok());
    await client.send(put);
    expect(total()).toMatchObject({ requests: 2, writeUnits: 2 });
  });

  it('bills the repeat of a transaction after a lost reply as a read', async () => {
    const { client, total } = metered(lost, ok(), ok());
    await client.send(transaction);
    expect(total()).toMatchObject({
      requests: 2,
      transactions: 2,
      writeUnits: 2 + 4,
      readUnits: 2 + 2,
    });
    await client.send(transaction);
    expect(total()).toMatchObject({ requests: 3, writeUnits: 12, readUnits: 4 });
  });

  it('bills the repeat of a throttled transaction as a write', async () => {
    const { client, total } = metered(fault('ThrottlingException', 400), ok());
    await client.send(transaction);
    expect(total()).toMatchObject({ requests: 2, transactions: 2, writeUnits: 6, readUnits: 0 });
  });

  it('bills a refusal with what the parsed error tells, and passes it on', async () => {
    const Item = { id: { S: '1' }, pad: { S: 'x'.repeat(2500) } };
    const { client, total } = metered(fault('ConditionalCheckFailedException', 400, { Item }));
    await expect(client.send(put)).rejects.toThrow('ConditionalCheckFailedException');
    expect(total()).toMatchObject({ requests: 1, writeUnits: 3 });
  });

  it('bills a cancelled transaction by its reasons', async () => {
    const CancellationReasons = [{ Code: 'ConditionalCheckFailed' }, { Code: 'None' }];
    const { client, total } = metered(
      fault('TransactionCanceledException', 400, { CancellationReasons }),
    );
    await expect(client.send(transaction)).rejects.toThrow('TransactionCanceledException');
    expect(total()).toMatchObject({ requests: 1, transactions: 1, writeUnits: 2 + 4 });
  });

  it('bills what a middleware deeper down makes up', async () => {
    const { client, total } = metered(ok());
    client.middlewareStack.add(
      () => () => Promise.reject(new Error('made up, taken for a lost reply')),
      { step: 'finalizeRequest', priority: 'low' },
    );
    await expect(client.send(put)).rejects.toThrow('made up');
    expect(total()).toMatchObject({ requests: 1, writeUnits: 1 });
  });

  it('remembers a size from one request to the next', async () => {
    const Item = { id: { S: '1' }, pad: { S: 'x'.repeat(2500) } };
    const { client, bills } = metered(ok({ Item }), ok());
    const Key = { id: { S: '1' } };
    await client.send(new GetItemCommand({ TableName: 'test-orders', Key, ConsistentRead: true }));
    await client.send(put);
    expect(bills.map(([, cost]) => [cost.readUnits, cost.writeUnits])).toEqual([
      [1, 0],
      [0, 3],
    ]);
  });

  it('counts a request that moves no items, without units', async () => {
    const { client, bills } = metered(ok({ TableNames: [] }));
    await client.send(new ListTablesCommand({}));
    expect(bills).toEqual([['ListTables', { ...noCost, requests: 1 }]]);
  });

  it('reports in the async context of the caller, before the answer', async () => {
    const caller = new AsyncLocalStorage<string[]>();
    const client = clientOf([ok(), fault('InternalServerError', 500), ok()], (_cost, command) => {
      caller.getStore()?.push(command);
    });
    const send = async (name: string) =>
      caller.run([name], async () => {
        await client.send(put);
        return caller.getStore();
      });
    const seen = await Promise.all([send('first'), send('second')]);
    expect(seen.map((marks) => marks?.[0])).toEqual(['first', 'second']);
    const attempts = seen.map((marks) => (marks?.length ?? 0) - 1);
    expect(attempts.toSorted()).toEqual([1, 2]);
  });
});

describe('costs', () => {
  it('add up field by field and table by table', () => {
    const a = { requests: 1, writeUnits: 6, readUnits: 0, transactions: 1, itemWrites: { x: 2 } };
    const b = {
      requests: 2,
      writeUnits: 1,
      readUnits: 0.5,
      transactions: 0,
      itemWrites: { x: 1, y: 4 },
    };
    expect(addCost(a, b)).toEqual({
      requests: 3,
      writeUnits: 7,
      readUnits: 0.5,
      transactions: 1,
      itemWrites: { x: 3, y: 4 },
    });
    expect(addCost(noCost, a)).toEqual(a);
    expect(a.itemWrites).toEqual({ x: 2 });
  });
});
