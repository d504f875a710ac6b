import { setImmediate } from 'node:timers/promises';
import {
  type DeleteItemCommand,
  DynamoDBClient,
  type PutItemCommand,
  type TransactGetItemsCommand,
  type TransactWriteItemsCommand,
  type UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Timing } from '../../../../bench/contention.ts';
import type { TableShape } from '../../../../lib/adapters/dynamodb/meter.ts';
import type { ClientPlugin } from '../../../../lib/runtime/database.ts';

/** Two tables by their real names; `orders` has an index on `userId`. */
const shapes: Readonly<Record<string, TableShape>> = {
  products: { key: ['sku'], indexes: [] },
  orders: {
    key: ['orderId'],
    indexes: [{ name: 'byUser', keys: ['userId'], projection: 'KEYS_ONLY' }],
  },
};

export const shapeOf = (table: string): TableShape | undefined => shapes[table];

/** Time that stands still until the test moves it. */
export class StillTime implements Timing {
  #nowMs = 0;
  #sleepers: { untilMs: number; wake: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number): Promise<void> {
    if (ms === 0) return Promise.resolve();
    return new Promise((wake) => this.#sleepers.push({ untilMs: this.#nowMs + ms, wake }));
  }

  /** Moves on, once so many attempts are on their way, and lets everyone act who was waiting. */
  async pass(ms: number, underWay = 0): Promise<void> {
    while (this.#sleepers.length < underWay) await setImmediate();
    this.#nowMs += ms;
    const due = this.#sleepers.filter(({ untilMs }) => untilMs <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter((sleeper) => !due.includes(sleeper));
    for (const { wake } of due) wake();
    await setImmediate();
  }
}

export interface Reply {
  readonly statusCode: number;
  readonly body: object;
}

export const conditionFailed: Reply = {
  statusCode: 400,
  body: {
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    CancellationReasons: [{ Code: 'ConditionalCheckFailed' }],
  },
};

/** An engine that answers everything, at once unless the test holds its answers back. */
export class StubEngine {
  /** What was sent to it. */
  readonly received: string[] = [];
  #waiting: ((reply: Reply | Error) => void)[] = [];
  holding = false;

  /** Answers what has been held back. */
  async answer(reply: Reply | Error = { statusCode: 200, body: {} }): Promise<void> {
    while (this.#waiting.length === 0) await setImmediate();
    for (const answer of this.#waiting.splice(0)) answer(reply);
    await setImmediate();
  }

  client(...plugins: readonly ClientPlugin[]): DynamoDBClient {
    const client = new DynamoDBClient({
      region: 'eu-central-1',
      endpoint: 'http://stub.invalid',
      credentials: { accessKeyId: 'stub', secretAccessKey: 'stub' },
      maxAttempts: 1,
      requestHandler: {
        handle: async ({ headers }: { headers: Record<string, string> }) => {
          this.received.push((headers['x-amz-target'] ?? '').replace('DynamoDB_20120810.', ''));
          const reply = this.holding
            ? await new Promise<Reply | Error>((answer) => this.#waiting.push(answer))
            : { statusCode: 200, body: {} };
          if (reply instanceof Error) throw reply;
          const body = new TextEncoder().encode(JSON.stringify(reply.body));
          return { response: { statusCode: reply.statusCode, headers: {}, body } };
        },
      },
    });
    for (const plugin of plugins) client.middlewareStack.use(plugin);
    return client;
  }
}

/** How it ended: `done`, or the error's name with the codes of its reasons. */
async function fateOf(sent: Promise<unknown>): Promise<string> {
  try {
    await sent;
    return 'done';
  } catch (error) {
    if (!Error.isError(error)) throw error;
    const reasons = (error as { CancellationReasons?: readonly { Code?: string }[] })
      .CancellationReasons;
    return [error.name, ...(reasons ?? []).map(({ Code }) => Code)].join(' ');
  }
}

/** A request that the model has a say in. */
export type Request =
  | PutItemCommand
  | UpdateItemCommand
  | DeleteItemCommand
  | TransactWriteItemsCommand
  | TransactGetItemsCommand;

/** Sends a request and tells how it ends. */
export const send = (client: DynamoDBClient, request: Request): Promise<string> =>
  // `send` is declared for one command at a time; any of these will do.
  fateOf(client.send(request as PutItemCommand));
