import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  DynamoDBClient,
  GetItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { tableNames } from '../../lib/adapters/dynamodb/tables.ts';
import { createTables } from '../../localstack/shop/tables.ts';
import type { Database } from '../../lib/adapters/dynamodb/database.ts';
import { openDatabase } from '../../lib/runtime/database.ts';
import { metered } from '../../lib/runtime/tally.ts';
import { FaultBox, timeOut } from './box.ts';
import { atRandom, type Fault, faults, onwards, scripted } from './faults.ts';

const DYNAMODB_ENDPOINT = process.env['DYNAMODB_ENDPOINT'] ?? '';
const TABLE_PREFIX = `fault-box-${randomUUID()}-`;
const TableName = tableNames(TABLE_PREFIX).adjustments;

/** A counter in the store, behind a box: every call of `add` that is carried out adds one. */
class Counter {
  passedMs = 0;
  readonly box = new FaultBox({
    callMsMax: () => 700,
    time: {
      nowMs: () => this.passedMs,
      pass: (ms) => {
        this.passedMs += ms;
      },
    },
  });
  readonly #Key = { adjustmentId: { S: randomUUID() } };
  readonly #adding = {
    TableName,
    Key: this.#Key,
    UpdateExpression: 'ADD added :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  };
  readonly #db = openDatabase({ DYNAMODB_ENDPOINT, TABLE_PREFIX }, [this.box.plugin]);

  add(): Promise<string> {
    return told(this.#db, new UpdateItemCommand(this.#adding));
  }

  addInTransaction(): Promise<string> {
    const Put = { TableName, Item: { adjustmentId: { S: randomUUID() } } };
    const TransactItems = [{ Put }, { Update: this.#adding }];
    return told(this.#db, new TransactWriteItemsCommand({ TransactItems }));
  }

  read(): Promise<string> {
    return told(this.#db, new GetItemCommand({ TableName, Key: this.#Key, ConsistentRead: true }));
  }

  /** What the store has, seen past the box. */
  async added(): Promise<number> {
    const { Item } = await plain.send(
      new GetItemCommand({ TableName, Key: this.#Key, ConsistentRead: true }),
    );
    return Number(Item?.['added']?.N ?? 0);
  }
}

/** The adapter's word for what came of one call. */
async function told(
  { attempt }: Database,
  command: GetItemCommand | UpdateItemCommand | TransactWriteItemsCommand,
): Promise<string> {
  try {
    // Overloads can't be chosen by a union; what the answer holds does not matter here.
    const { kind } = await attempt((client) => client.send(command as never));
    return kind;
  } catch (error) {
    const { fate, cause } = error as { fate?: string; cause?: Error };
    return fate === undefined ? String(error) : `${cause?.name}, fate ${fate}`;
  }
}

const plain = new DynamoDBClient({
  endpoint: DYNAMODB_ENDPOINT,
  region: 'local',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
beforeAll(() => createTables(DYNAMODB_ENDPOINT, TABLE_PREFIX));

const lost = 'TimeoutError, fate unknown';

describe('the fault box', () => {
  let counter: Counter;
  beforeEach(() => {
    counter = new Counter();
  });

  it.each<[Fault, string, number]>([
    ['lost-request', lost, 0],
    ['lost-reply', lost, 1],
    ['late', lost, 0],
    ['very-late', lost, 0],
    ['conflict', 'contended', 0],
    ['throttled', 'contended', 0],
    ['500-before', 'InternalServerError, fate unknown', 0],
    ['500-after', 'InternalServerError, fate unknown', 1],
    ['refused-connection', 'Error, fate none', 0],
    ['twin', 'done', 1],
  ])('lets %s befall a write', async (fault, told, added) => {
    for (const [round, write] of [
      () => counter.add(),
      () => counter.addInTransaction(),
    ].entries()) {
      counter.box.play(scripted({ 1: fault }));
      expect(await write()).toBe(told);
      expect(await counter.added()).toBe(added * (round + 1));
    }
  });

  it('lets a late request arrive when the next write was answered', async () => {
    counter.box.play(scripted({ 1: 'late', 2: 'late', 3: 'lost-request' }));
    expect([await counter.add(), await counter.add()]).toEqual(Array(2).fill(lost));
    expect(await counter.add()).toBe(lost);
    expect(await counter.read()).toBe('done');
    expect([counter.box.heldCount, await counter.added()]).toEqual([2, 0]);
    expect(await counter.add()).toBe('done');
    expect([counter.box.heldCount, await counter.added()]).toEqual([0, 3]);
  });

  it('lets late requests arrive when it is settled, also after it healed', async () => {
    counter.box.play(scripted({ 1: 'late', 2: 'very-late' }));
    await counter.add();
    await counter.add();
    counter.box.heal();
    expect([await counter.read(), await counter.added()]).toEqual(['done', 0]);
    expect([await counter.add(), await counter.added()]).toEqual(['done', 2]);
    await counter.box.settle();
    await counter.box.settle();
    expect(await counter.added()).toBe(3);
  });

  it('runs the twin to its end before the call is sent', async () => {
    const order: number[] = [];
    counter.box.play(scripted({ 2: 'twin' }), async () => order.push(await counter.added()));
    await counter.add();
    await counter.add();
    expect([order, await counter.added()]).toEqual([[1], 2]);
  });

  it('spares a read the conflict, and hits it with all else', async () => {
    counter.box.play(scripted({ 1: 'conflict', 2: 'throttled', 3: 'lost-reply' }));
    const answers = [await counter.read(), await counter.read(), await counter.read()];
    expect(answers).toEqual(['done', 'contended', lost]);
    expect(counter.box.story()).toBe('1 GetItem, 2 GetItem throttled, 3 GetItem lost-reply');
  });

  it('takes time from the clock of the test and from no other', async () => {
    const startedMs = performance.now();
    counter.box.play(onwards(1, 'lost-request'));
    for (let i = 0; i < 10; i += 1) await counter.add();
    expect(counter.passedMs).toBe(7_000);
    expect(performance.now() - startedMs).toBeLessThan(5_000);

    await Promise.all(Array.from({ length: 10 }, () => counter.add()));
    expect(counter.passedMs).toBeLessThan(7_000 + 700 + 50);
  });

  it('draws the same faults from the same seed, about as often as told', () => {
    const drawn = (seed: number) => {
      const source = atRandom(seed, 0.25, faults);
      return Array.from({ length: 400 }, (_, i) => source(i + 1));
    };
    expect(drawn(7)).toEqual(drawn(7));
    expect(drawn(7)).not.toEqual(drawn(8));
    const hits = drawn(7).filter((fault) => fault !== undefined);
    expect(hits.length).toBeGreaterThan(70);
    expect(hits.length).toBeLessThan(130);
    expect(new Set(hits)).toEqual(new Set(faults));
  });

  it('leaves the errors of Node their code', async () => {
    const endpoint = 'http://127.0.0.1:1';
    const config = { DYNAMODB_ENDPOINT: endpoint, TABLE_PREFIX };
    const gone = openDatabase(config, [new FaultBox().plugin]);
    const read = new GetItemCommand({ TableName, Key: { adjustmentId: { S: 'a' } } });
    expect(await told(gone, read)).toBe('Error, fate none');
  });

  it('stands inside the meter: what it invents is billed', async () => {
    counter.box.play(scripted({ 1: 'conflict', 2: 'lost-request', 3: 'refused-connection' }));
    const cost = await metered(async (billed) => {
      for (let i = 0; i < 4; i += 1) await counter.addInTransaction();
      return billed();
    });
    expect(cost).toMatchObject({ requests: 4, transactions: 4, writeUnits: 3 * 4 });
  });
});

describe('the time-out of the box', () => {
  let silent: Server;
  beforeAll(async () => {
    silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    silent.closeAllConnections();
    silent.close();
  });

  it("is the SDK's own to the letter", async () => {
    const { port } = silent.address() as AddressInfo;
    const options = { requestTimeout: 50, throwOnRequestTimeout: true };
    const client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'local',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
      requestHandler: options,
    });
    const input = { TableName, Key: { adjustmentId: { S: 'a' } } };
    const told = await client.send(new GetItemCommand(input)).catch((error: unknown) => error);
    client.destroy();
    const facts = (error: unknown) => {
      const { name, message, code } = error as Error & { code: string };
      return { name, message, code };
    };
    expect(facts(told)).toEqual(facts(timeOut(50)));
  });
});
