import { randomUUID } from 'node:crypto';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord, MSKEvent } from 'aws-lambda';
import type { Database } from '../../lib/adapters/dynamodb/database.ts';
import { noCost } from '../../lib/adapters/dynamodb/meter.ts';
import { readAll } from '../../lib/adapters/dynamodb/read.ts';
import { dynamoShop } from '../../lib/adapters/dynamodb/shop.ts';
import type { LogicalTable } from '../../lib/adapters/dynamodb/tables.ts';
import type { CatalogueVersion, OrderId, RequestId, Sku, UserId } from '../../lib/domain/ids.ts';
import { pendingOrder } from '../../lib/domain/order.ts';
import type { Shelf } from '../../lib/domain/placement.ts';
import type { Offer } from '../../lib/domain/product.ts';
import { Unavailable } from '../../lib/domain/unavailable.ts';
import type { Consumer, ConsumerEdge } from '../../lib/messaging/consume.ts';
import type { ConsumedRecord } from '../../lib/messaging/consumed-record.ts';
import type { Relay } from '../../lib/messaging/relay.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Store } from '../../lib/ports/store.ts';
import { openDatabase } from '../../lib/runtime/database.ts';
import { movedByWaiting } from './clock.ts';
import {
  freshOrderId,
  keyIn,
  nameOf,
  RESERVATION_MS,
  type Temper,
  tempers,
  type Watched,
} from './bench.ts';
import { FaultBox } from './box.ts';

const START_MS = Date.parse('2026-01-01T12:00:00Z');

export type Row = Readonly<Record<string, unknown>>;

/** Rows by their names, such as `orders ord_…`. */
export type Sight = Readonly<Record<string, Row>>;

/** Hands over some records of a batch, by their index; answers those that have to come again. */
export type Deliver = (which: readonly number[]) => Promise<readonly number[]>;

/** Two owners of a batch: the one behind the box, and a zombie that no fault befalls. */
export interface Owners {
  readonly shop: Deliver;
  readonly twin: Deliver;
}

export interface BatchBenchOptions {
  readonly endpoint: string;
  readonly prefix: string;
  /** Breaks the shop on purpose. */
  readonly broken?: (store: Store) => Store;
  /** Breaks the answers on purpose: they name these, and ought to name those that it is given. */
  readonly naming?: (again: readonly number[]) => readonly number[];
}

/** One case at a time: consumers behind a fault box, and a look into the store past it. */
export class BatchBench {
  nowMs = START_MS;
  /** Why batches failed. */
  readonly errors: unknown[] = [];
  readonly box: FaultBox;
  /** The store past the box. */
  readonly store: Store;
  readonly #plain: Database;
  readonly #boxed: Store;
  readonly #naming: (again: readonly number[]) => readonly number[];
  #temper: Temper = 'patient';

  constructor({ endpoint, prefix, ...breaking }: BatchBenchOptions) {
    const { broken = (store: Store) => store, naming = (again: readonly number[]) => again } =
      breaking;
    const config = { DYNAMODB_ENDPOINT: endpoint, TABLE_PREFIX: prefix };
    this.box = new FaultBox({
      callMsMax: () => tempers[this.#temper].callMsMax,
      time: {
        nowMs: () => this.nowMs,
        pass: (ms) => {
          this.nowMs += ms;
        },
      },
    });
    this.#plain = openDatabase(config, []);
    this.store = dynamoShop(this.#plain);
    this.#boxed = broken(dynamoShop(openDatabase(config, [this.box.plugin])));
    this.#naming = naming;
  }

  /** Forgets the last case. */
  begin(temper: Temper): void {
    this.#temper = temper;
    this.nowMs = START_MS;
    this.errors.length = 0;
    this.box.play(() => undefined);
  }

  /** A consumer behind the box, and its twin. */
  owners(make: (store: Store, edge: ConsumerEdge) => Deliver): Owners {
    const shop = make(this.#boxed, this.#edge);
    return {
      shop: async (which) => this.#naming(await shop(which)),
      twin: make(this.store, this.#edge),
    };
  }

  get #edge(): ConsumerEdge {
    const { callMsMax, requestMsMax } = tempers[this.#temper];
    return {
      ...{ clock: this.#clock, batchMsMax: requestMsMax, callMsMax },
      metered: (work) => work(() => noCost),
      tell: ({ errors }) => this.errors.push(...errors),
    };
  }

  readonly #clock: Clock = movedByWaiting(this);

  /** Puts a product on the shelf. */
  async stocked(
    name: string,
    availableUnits: number,
    mark: Pick<Shelf, 'holdsExpireFrom'> = {},
  ): Promise<Offer> {
    const offer: Offer = {
      sku: `${name}-${randomUUID()}` as Sku,
      ...{ name, priceMinor: 100, strategy: 'kafka-keyed' },
      catalogueVersion: 'v1' as CatalogueVersion,
    };
    await this.#put('products', { ...offer, availableUnits, ...mark } satisfies Shelf);
    return offer;
  }

  /** An unpaid order, not released yet, that ended some time ago. */
  async overdue(offer: Offer, quantity: number, endedMsAgo: number): Promise<OrderId> {
    const orderId = freshOrderId();
    const order = pendingOrder({
      ...{ orderId, lines: [{ sku: offer.sku, quantity }], offers: new Map([[offer.sku, offer]]) },
      ...{ currency: 'KRW', nowMs: this.nowMs - endedMsAgo - RESERVATION_MS },
      reservationMs: RESERVATION_MS,
    });
    const asked = { requestId: randomUUID() as RequestId, fingerprint: 'f' };
    const versions = new Map([[offer.sku, offer.catalogueVersion]]);
    const placed = await steadily(() =>
      this.store.stock.place({ userId: 'eve' as UserId, ...asked, order, versions }),
    );
    if (placed.kind !== 'placed') throw new Error(`the set-up's order is ${placed.kind}`);
    return orderId;
  }

  /** Puts more units on the shelf. */
  async restock(sku: Sku, units: number): Promise<void> {
    const adjustmentId = `adj_${randomUUID()}` as never;
    const asked = { requestId: randomUUID() as RequestId, fingerprint: 'f', at: '' };
    const { kind } = await steadily(() =>
      this.store.stock.adjust({ adjustmentId, sku, units, ...asked }),
    );
    if (kind !== 'adjusted') throw new Error(`the restock is ${kind}`);
  }

  async #put(table: LogicalTable, row: object): Promise<void> {
    const TableName = this.#plain.tables[table];
    const command = new PutItemCommand({ TableName, Item: marshall(row) });
    await steadily(() => this.#plain.attempt((client) => client.send(command)));
  }

  /** These rows, as far as they are there. */
  async look(watched: readonly Watched[]): Promise<Sight> {
    const sight: Record<string, Row> = {};
    for (let start = 0; start < watched.length; start += KEYS_MAX) {
      const some = watched.slice(start, start + KEYS_MAX);
      for (const [table, keys] of Map.groupBy(some, (one) => one.table)) {
        const names = keys.map(({ key }) => marshall(key));
        const found = await steadily(() => readAll(this.#plain, this.#plain.tables[table], names));
        for (const row of found.map((item) => unmarshall(item))) {
          sight[nameOf({ table, key: keyIn(table, row) })] = row;
        }
      }
    }
    return sight;
  }
}

/** Of one read of many keys. */
const KEYS_MAX = 100;
const STEADY_TRIES = 10;

/** Past the box, an engine that a busy machine holds up is only waited for. */
async function steadily<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unavailable) || tries === STEADY_TRIES) throw error;
    }
  }
}

/** Records as Lambda hands them over and reads the answer: the first failed of each partition. */
export const fromKafka =
  (consumer: Consumer, records: readonly ConsumedRecord[]): Deliver =>
  async (which) => {
    const lanes: MSKEvent['records'] = {};
    for (const index of which) {
      const { topic, partition, offset, key, value } = at(records, index);
      (lanes[`${topic}-${partition}`] ??= []).push({
        ...{ topic, partition, offset, timestamp: 0, timestampType: 'CREATE_TIME', headers: [] },
        ...{ key: textOf(key), value: textOf(value) },
      } as never);
    }
    const event = { eventSource: 'aws:kafka', eventSourceArn: '', bootstrapServers: '' } as const;
    const { batchItemFailures } = await consumer({ ...event, records: lanes });
    const from = new Map(
      batchItemFailures.map(({ itemIdentifier: { partition, offset } }) => [partition, offset]),
    );
    for (const [lane, offset] of from) {
      const isThere = lanes[lane]?.some((record) => record.offset === offset);
      if (isThere !== true) throw new Error(`the answer names ${lane} ${offset}, not in the batch`);
    }
    return which.filter((index) => {
      const { topic, partition, offset } = at(records, index);
      return offset >= (from.get(`${topic}-${partition}`) ?? Infinity);
    });
  };

const textOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Buffer.from(bytes).toString('base64');

/** The same for the changes of one shard. */
export const fromStream =
  (relay: Relay, changes: readonly DynamoDBRecord[]): Deliver =>
  async (which) => {
    const Records = which.map((index) => at(changes, index));
    const [failed] = (await relay({ Records })).batchItemFailures;
    if (failed === undefined) return [];
    const first = Records.findIndex(
      ({ dynamodb }) => dynamodb?.SequenceNumber === failed.itemIdentifier,
    );
    if (first < 0) throw new Error(`the answer names ${failed.itemIdentifier}, not in the batch`);
    return which.slice(first);
  };

function at<R>(records: readonly R[], index: number): R {
  const record = records[index];
  if (record === undefined) throw new Error(`the batch has no record ${index}`);
  return record;
}
