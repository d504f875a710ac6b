import { randomUUID } from 'node:crypto';
import {
  BatchGetItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Database } from '../../lib/adapters/dynamodb/database.ts';
import { dynamoShop } from '../../lib/adapters/dynamodb/shop.ts';
import {
  type LogicalTable,
  tableDefinitions,
  type TableNames,
} from '../../lib/adapters/dynamodb/tables.ts';
import { rememberedPrices } from '../../lib/adapters/memory/price-list.ts';
import type { CatalogueVersion, OrderId, RequestId, Sku, UserId } from '../../lib/domain/ids.ts';
import { pendingOrder } from '../../lib/domain/order.ts';
import type { Shelf } from '../../lib/domain/placement.ts';
import type { Offer } from '../../lib/domain/product.ts';
import type { PriceList } from '../../lib/ports/catalogue.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Visit } from '../../lib/http/visit.ts';
import { openDatabase } from '../../lib/runtime/database.ts';
import { strategiesOn } from '../../lib/strategies/index.ts';
import { memoryLocks } from '../contract/bench-shop.ts';
import {
  type App,
  type Ask,
  type InProcess,
  quietEdge,
  type Told,
  type World,
} from '../in-process/functions.ts';
import { movedByWaiting } from './clock.ts';
import { FaultBox, type SeenCall } from './box.ts';

type Ports = ReturnType<typeof dynamoShop>;
type Row = Record<string, unknown>;

/** A row by its table and key, such as `orders ord_…`. */
export interface Watched {
  readonly table: LogicalTable;
  readonly key: Readonly<Record<string, string>>;
}

/** What the store holds of one case, as far as a customer could ever notice. */
export interface Sight {
  /** Free units, and those held by orders that are over: by SKU. */
  readonly units: Readonly<Record<string, number>>;
  /** The catalogue's side of the products, by SKU; not their marks, which only spare a search. */
  readonly offers: Readonly<Record<string, Row>>;
  /** Orders, adjustments, entries: every row that a request of the case named, if it is there. */
  readonly rows: Readonly<Record<string, Row>>;
}

export const RESERVATION_MS = 600_000;
const START_MS = Date.parse('2026-01-01T00:00:00Z');

/** How long a call and a request may take; `patient` outlasts two time-outs in a row. */
export const tempers = {
  patient: { callMsMax: 400, requestMsMax: 20_000 },
  hasty: { callMsMax: 1_000, requestMsMax: 2_000 },
} as const;
export type Temper = keyof typeof tempers;

export interface BenchOptions {
  readonly endpoint: string;
  readonly prefix: string;
  /** Breaks the shop on purpose. */
  readonly broken?: (app: App) => App;
  /** Breaks the client on purpose. */
  readonly tampered?: (client: DynamoDBClient) => void;
}

/**
 * One case at a time: the shop's functions behind a fault box, a twin's beside it, and a look into
 * the store past both. Several benches can stand on the same tables.
 */
export class Bench {
  nowMs = START_MS;
  /** What the answers of this case do not tell. */
  readonly errors: unknown[] = [];
  readonly box: FaultBox;
  /** Only records: what a twin names has to be seen too. */
  readonly #witness = new FaultBox();
  readonly #shop: InProcess;
  readonly #plain: Database;
  readonly #boxed: Ports;
  readonly #broken: (app: App) => App;
  readonly #twins: Ports;
  #callMsMax = 0;
  #requestMsMax = 0;
  #named: Watched[] = [];

  constructor(shop: InProcess, options: BenchOptions) {
    const { endpoint, prefix, broken = (app: App) => app, tampered = () => undefined } = options;
    const config = { DYNAMODB_ENDPOINT: endpoint, TABLE_PREFIX: prefix };
    this.box = new FaultBox({
      callMsMax: () => this.#callMsMax,
      time: {
        nowMs: () => this.nowMs,
        pass: (ms) => {
          this.nowMs += ms;
        },
      },
    });
    const { attempt, tables } = openDatabase(config, [this.box.plugin]);
    const boxed: Database = {
      tables,
      attempt: (call) =>
        attempt((client) => {
          tampered(client);
          return call(client);
        }),
    };
    this.#shop = shop;
    this.#plain = openDatabase(config, [new FaultBox().plugin]);
    this.#boxed = dynamoShop(boxed);
    this.#broken = broken;
    this.#twins = dynamoShop(openDatabase(config, [this.#witness.plugin]));
  }

  /** Forgets the last case. */
  begin(temper: Temper): void {
    this.#callMsMax = tempers[temper].callMsMax;
    this.#requestMsMax = tempers[temper].requestMsMax;
    this.nowMs = START_MS;
    this.errors.length = 0;
    this.#named = [];
    this.#witness.play(() => undefined);
    this.box.play(() => undefined);
  }

  /** A container behind the box, which remembers these prices. */
  container(remembered: readonly Offer[]): World {
    const { app, edge } = this.#world(this.#boxed, remembered);
    return { app: this.#broken(app), edge };
  }

  send(world: World, ask: Ask): Promise<Told> {
    return this.#shop.sendIn(world, ask);
  }

  /** The same from a container of its own, which no fault befalls. */
  sendAsTwin(ask: Ask): Promise<Told> {
    return this.send(this.#world(this.#twins, []), ask);
  }

  #world(ports: Ports, remembered: readonly Offer[]): World {
    const prices: PriceList = rememberedPrices(10);
    prices.learn(remembered);
    const app = {
      ...ports,
      prices,
      strategies: strategiesOn({ ...ports, ...memoryLocks() }),
      currency: 'KRW',
      reservationMs: RESERVATION_MS,
    } as const;
    const limits = { callMsMax: this.#callMsMax, requestMsMax: this.#requestMsMax };
    const edge = {
      ...quietEdge(this.#clock, randomUUID, limits),
      telemetry: {
        tell: ({ error }: Visit) => {
          if (error !== undefined) this.errors.push(error);
        },
      },
    };
    return { app, edge };
  }

  readonly #clock: Clock = movedByWaiting(this);

  /** What the store holds of these products, and of everything that was written or tried to be. */
  async look(
    skus: readonly string[],
    watched: readonly Watched[],
    overdue: readonly string[],
  ): Promise<Sight> {
    this.#remember([...this.box.log, ...this.#witness.log]);
    const products = skus.map((sku): Watched => ({ table: 'products', key: { sku } }));
    const found = await this.#read([...products, ...watched, ...this.#named]);
    const units: Record<string, number> = {};
    const offers: Record<string, Row> = {};
    const rows: Record<string, Row> = {};
    for (const [title, row] of found) {
      if (title.startsWith('products ')) {
        const { sku, name, priceMinor, strategy, catalogueVersion, ...shelf } =
          row as object as Shelf;
        units[sku] = (units[sku] ?? 0) + shelf.availableUnits;
        offers[sku] = { name, priceMinor, strategy, catalogueVersion };
      } else if (overdue.includes(String(row['orderId'])) && row['status'] !== 'PAID') {
        // Whether it was released yet makes no difference to anyone.
        const ended = { holdKey: undefined, expiredAt: undefined, releasedAt: undefined };
        const over = { ...row, status: 'OVER', ...ended };
        if (watched.some((one) => nameOf(one) === title)) rows[title] = over;
        if (row['holdKey'] === undefined) continue;
        const { lines } = JSON.parse(String(row['reply'])) as { lines: OverdueLine[] };
        for (const { sku, quantity } of lines) units[sku] = (units[sku] ?? 0) + quantity;
      } else {
        rows[title] = row;
      }
    }
    return { units, offers, rows };
  }

  #remember(calls: readonly SeenCall[]): void {
    const { tables } = this.#plain;
    for (const watched of calls.flatMap((call) => namedBy(call, tables))) {
      if (watched.table === 'products') continue;
      if (!this.#named.some((one) => nameOf(one) === nameOf(watched))) this.#named.push(watched);
    }
  }

  async #read(watched: readonly Watched[]): Promise<Map<string, Row>> {
    const distinct = [...new Map(watched.map((one) => [nameOf(one), one])).values()];
    const byTable = Object.groupBy(distinct, ({ table }) => table);
    const names = Object.keys(byTable) as LogicalTable[];
    const RequestItems = Object.fromEntries(
      names.map((table) => [
        this.#plain.tables[table],
        { ConsistentRead: true, Keys: (byTable[table] ?? []).map(({ key }) => marshall(key)) },
      ]),
    );
    const answer = await this.#plain.attempt((client) =>
      client.send(new BatchGetItemCommand({ RequestItems })),
    );
    if (answer.kind !== 'done') throw new Error('the store could not be looked at');
    const found = names.flatMap((table) =>
      (answer.output.Responses?.[this.#plain.tables[table]] ?? []).map((item) => {
        const row = unmarshall(item);
        return [nameOf({ table, key: keyIn(table, row) }), row] as const;
      }),
    );
    return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Puts a product on the shelf, at version `v1`; what it is sold as comes back. */
  async stocked(
    name: string,
    availableUnits: number,
    { priceMinor = 100, holdsExpireFrom }: { priceMinor?: number; holdsExpireFrom?: string } = {},
  ): Promise<Offer> {
    const offer: Offer = {
      sku: `${name}-${randomUUID()}` as Sku,
      name,
      priceMinor,
      strategy: 'conditional-write',
      catalogueVersion: 'v1' as CatalogueVersion,
    };
    const mark = holdsExpireFrom === undefined ? {} : { holdsExpireFrom };
    await this.#put('products', { ...offer, availableUnits, ...mark } satisfies Shelf);
    return offer;
  }

  /** Gives a user so much money, as if by three entries. */
  async funded(userId: string, balanceMinor: number): Promise<void> {
    await this.#put('ledger', { userId, entryId: 'BALANCE', balanceMinor, version: 3 });
  }

  /** Puts so many units of each of these products into a user's cart. */
  async filled(userId: string, quantities: Readonly<Record<string, number>>): Promise<void> {
    const putAtMs = this.nowMs - 10_000;
    const held = Object.entries(quantities);
    const items = held.map(([sku, quantity]) => [`.${sku}`, { quantity, putAtMs }] as const);
    const addedAtMs = held.map(([sku], i) => [`.${sku}`, putAtMs - held.length + i] as const);
    if (held.length === 0) return;
    const maps = { items: Object.fromEntries(items), addedAtMs: Object.fromEntries(addedAtMs) };
    await this.#put('carts', { userId, ...maps });
  }

  /** Removes a product from a user's cart. */
  async emptied(userId: string, sku: string): Promise<void> {
    const { carts } = dynamoShop(this.#plain);
    await carts.remove(userId as UserId, new Map([[sku as Sku, this.nowMs]]));
  }

  async #put(table: LogicalTable, row: object): Promise<void> {
    const TableName = this.#plain.tables[table];
    await this.#plain.attempt((client) =>
      client.send(new PutItemCommand({ TableName, Item: marshall(row) })),
    );
  }

  /** Puts more units on the shelf. */
  async restock(sku: Sku, units: number): Promise<void> {
    const { tables } = this.#plain;
    await this.#plain.attempt((client) =>
      client.send(
        new UpdateItemCommand({
          TableName: tables.products,
          Key: marshall({ sku }),
          UpdateExpression: 'ADD availableUnits :units',
          ExpressionAttributeValues: marshall({ ':units': units }),
        }),
      ),
    );
  }

  /** An unpaid order that ends some time from now, or ended some time ago. */
  async order(
    userId: string,
    lines: readonly (readonly [Offer, number])[],
    endsInMs: number,
  ): Promise<OrderId> {
    const orderId = freshOrderId();
    const order = pendingOrder({
      orderId,
      lines: lines.map(([{ sku }, quantity]) => ({ sku, quantity })),
      offers: new Map(lines.map(([offer]) => [offer.sku, offer])),
      currency: 'KRW',
      nowMs: this.nowMs + endsInMs - RESERVATION_MS,
      reservationMs: RESERVATION_MS,
    });
    const placed = await this.#twins.stock.place({
      userId: userId as UserId,
      requestId: randomUUID() as RequestId,
      fingerprint: 'f',
      order,
      versions: new Map(lines.map(([{ sku, catalogueVersion }]) => [sku, catalogueVersion])),
    });
    if (placed.kind !== 'placed') throw new Error(`the set-up's order is ${placed.kind}`);
    return orderId;
  }
}

interface OverdueLine {
  readonly sku: string;
  readonly quantity: number;
}

const digits = 'abcdefghijklmnopqrstuvwxyz234567';
export const freshOrderId = (): OrderId => {
  const bytes = [...Buffer.from(randomUUID().replaceAll('-', '').repeat(2), 'hex')];
  const letters = bytes.map((byte) => digits.charAt(byte % 32)).join('');
  return `ord_${letters.slice(0, 26)}` as OrderId;
};

/** How a row is called in a sight. */
export const nameOf = ({ table, key }: Watched): string =>
  `${table} ${Object.values(key).join(' ')}`;

/** The key of a row. */
export const keyIn = (table: LogicalTable, row: Row): Record<string, string> =>
  Object.fromEntries(tableDefinitions[table].key.map((name) => [name, String(row[name])]));

interface Write {
  readonly TableName?: string;
  readonly Item?: Parameters<typeof unmarshall>[0];
  readonly Key?: Parameters<typeof unmarshall>[0];
}

/** The rows that a write names, whether or not it was carried out. */
function namedBy({ writes, input }: SeenCall, names: TableNames): Watched[] {
  if (!writes) return [];
  const items =
    'TransactItems' in input
      ? (input.TransactItems as Record<'Put' | 'Update' | 'Delete', Write | undefined>[]).map(
          ({ Put, Update, Delete }) => Put ?? Update ?? Delete ?? {},
        )
      : [input as Write];
  return items.flatMap(({ TableName, Item, Key }) => {
    const tables = Object.keys(names) as LogicalTable[];
    const table = tables.find((one) => names[one] === TableName);
    const row = Item ?? Key;
    return table === undefined || row === undefined
      ? []
      : [{ table, key: keyIn(table, unmarshall(row)) }];
  });
}
