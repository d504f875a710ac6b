import { randomUUID } from 'node:crypto';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { StrategyName } from '../../lib/domain/product.ts';
import { unitsBySku } from '../../lib/domain/stock.ts';
import type { KeyToken, Sku, UserId } from '../../lib/domain/ids.ts';
import { type Row as StoreRow, storedOrder } from '../../lib/adapters/dynamodb/rows.ts';
import { dynamoShop } from '../../lib/adapters/dynamodb/shop.ts';
import { openDatabase } from '../../lib/runtime/database.ts';
import { createTables } from '../../localstack/shop/tables.ts';
import { BenchShop, times } from '../contract/bench-shop.ts';
import { mulberry32 } from '../fault-box/faults.ts';
import type { Counts } from './counts.ts';
import { Crowd } from './crowd.ts';
import { breachesIn, type Row } from './law.ts';
import { FaultPlan, type HolderFault, type ServerFault } from './plan.ts';
import type { ChaosOrder, Mutant } from './protocol.ts';
import { Sale } from './sale.ts';
import { OwnRedis } from './server.ts';
import { coveredMs, longestStall, type Span, type Stall } from './stalls.ts';
import { Witness } from './witness.ts';

export const LEASE_MS = 600;
/** Clients of a server that comes up again have found it by then. */
const RECONNECT_MS_MAX = 1_000;

/** A round: so many orders on so many units, and what goes wrong meanwhile. */
export interface Round {
  readonly strategy: StrategyName;
  readonly orders: number;
  readonly units: number;
  /** How long some customers wait the first time they ask; absent if all are patient. */
  readonly impatientMs?: number;
  readonly holders: readonly (readonly [HolderFault, untilAnswered: number])[];
  readonly server: readonly (readonly [ServerFault, untilAnswered: number])[];
}

export interface Judged {
  readonly breaches: readonly string[];
  readonly keysWithoutTtl: readonly string[];
  readonly keys: number;
  readonly counts: Counts;
  /** What happened in the longest stall, and shortly before. */
  readonly stall: string;
}

/** A shop with a Redis of its own and a crowd of processes, in which sales go wrong. */
export class Arena {
  readonly #redis: OwnRedis;
  readonly #crowd: Crowd;
  readonly #database: ReturnType<typeof openDatabase>;
  readonly #shop: BenchShop;
  readonly #draw: () => number;
  #counted = { dropped: 0, emptied: 0, restarted: 0 };
  #emptied: Span[] = [];
  #outages: Span[] = [];

  private constructor(redis: OwnRedis, crowd: Crowd, tablePrefix: string, seed: number) {
    this.#redis = redis;
    this.#crowd = crowd;
    const settings = { DYNAMODB_ENDPOINT: endpointOfTests(), TABLE_PREFIX: tablePrefix };
    this.#database = openDatabase(settings, []);
    this.#shop = new BenchShop(dynamoShop(this.#database));
    this.#draw = mulberry32(seed);
  }

  static async open(
    size: number,
    seed: number,
    { mutant, dwellMs = 0 }: { mutant?: Mutant; dwellMs?: number } = {},
  ): Promise<Arena> {
    const tablePrefix = `chaos-${randomUUID().slice(0, 8)}-`;
    await createTables(endpointOfTests(), tablePrefix);
    const redis = await OwnRedis.start('chaos-test');
    const crowd = await Crowd.gather(size, {
      redisUrl: redis.url,
      endpoint: endpointOfTests(),
      tablePrefix,
      leaseMs: LEASE_MS,
      requestMsMax: 10_000,
      seed,
      lostReplies: 0.03,
      dwellMs,
      mutant,
    });
    return new Arena(redis, crowd, tablePrefix, seed);
  }

  async close(): Promise<void> {
    await this.#crowd.end();
    await this.#redis.stop();
  }

  /** Plays a round to its end and judges it. */
  async play(round: Round): Promise<Judged> {
    const { strategy, orders: count, units, impatientMs, holders, server } = round;
    this.#counted = { dropped: 0, emptied: 0, restarted: 0 };
    this.#emptied = [];
    this.#outages = [];
    const sku = await this.#shop.stocked('chaos', units, 100, strategy);
    const orders = times(count, () => orderOf(sku, this.#draw));
    const sale = new Sale(this.#crowd, {
      orders,
      plan: new FaultPlan(Math.floor(this.#draw() * 2 ** 31), holders, server),
      impatientMs,
      frozenMs: () => LEASE_MS * (2 + this.#draw()),
      strike: (fault) => this.#strike(fault),
    });
    const witness = new Witness([() => this.#redis.client.ping(), () => this.#shop.left(sku)]);
    try {
      await sale.run();
    } finally {
      await witness.end();
    }
    const { told, writes, brackets, frozenMs } = sale;
    const left = (await this.#shop.left(sku)) ?? NaN;
    const rows = await this.#rowsOf(sku);
    const evidence = { orders, units, left, rows, told, writes, brackets };
    const excused = [...this.#outages, ...witness.stalls];
    const [startMs = NaN, endMs = NaN] = [sale.settledMs[0], sale.settledMs.at(-1)];
    const stall = longestStall(sale.settledMs, excused);
    const ttls = await this.#ttls();
    return {
      breaches: breachesIn({ ...evidence, emptied: this.#emptied, leaseMs: LEASE_MS }),
      keysWithoutTtl: ttls.flatMap(([key, ttlMs]) => (ttlMs === -1 ? [key] : [])),
      keys: ttls.length,
      counts: {
        ...this.#counted,
        orders: count,
        requests: sale.requests,
        contended: sale.contended,
        sold: rows.length,
        killed: sale.killed,
        lostReplies: sale.lostReplies,
        frozen: frozenMs.filter((ms) => ms > LEASE_MS).length,
        stale: writes.filter(({ stale }) => stale).length,
        stallMs: stall.ms,
        tookMs: endMs - startMs,
        excusedMs: coveredMs([startMs, endMs], excused),
      },
      stall: storyOf(stall, sale.log, excused),
    };
  }

  async #strike(fault: ServerFault): Promise<void> {
    const fromMs = Date.now();
    const { client } = this.#redis;
    switch (fault) {
      case 'dropped':
        this.#counted.dropped += Number(await client.client('KILL', 'TYPE', 'normal'));
        break;
      case 'dropped-pubsub':
        this.#counted.dropped += Number(await client.client('KILL', 'TYPE', 'pubsub'));
        break;
      case 'emptied':
        await client.flushall();
        this.#emptied.push([fromMs, Date.now()]);
        this.#counted.emptied += 1;
        break;
      case 'restarted':
        await this.#redis.kill();
        await this.#redis.startAgain('chaos-test');
        this.#emptied.push([fromMs, Date.now()]);
        this.#outages.push([fromMs, Date.now() + RECONNECT_MS_MAX]);
        this.#counted.restarted += 1;
    }
  }

  async #rowsOf(sku: Sku): Promise<Row[]> {
    const rows: Row[] = [];
    const TableName = this.#database.tables.orders;
    for (let from: StoreRow | undefined; ;) {
      const ask = { TableName, ConsistentRead: true, ExclusiveStartKey: from };
      const answer = await this.#database.attempt((client) => client.send(new ScanCommand(ask)));
      if (answer.kind !== 'done') throw new Error('the table was not read');
      const { Items = [], LastEvaluatedKey } = answer.output;
      for (const { order, userId } of Items.map(storedOrder)) {
        const units = unitsBySku(order.lines).get(sku);
        if (units !== undefined) rows.push({ orderId: order.orderId, userId, sku, units });
      }
      from = LastEvaluatedKey;
      if (from === undefined) return rows;
    }
  }

  /** Of every key: -1 for one that would stay for ever. */
  async #ttls(): Promise<(readonly [key: string, ttlMs: number])[]> {
    const keys = await this.#redis.client.keys('*');
    return Promise.all(keys.map(async (key) => [key, await this.#redis.client.pttl(key)] as const));
  }
}

function storyOf({ span: [fromMs, toMs], ms }: Stall, log: Sale['log'], excused: Span[]): string {
  const told = log.flatMap(([atMs, what]) =>
    atMs >= fromMs - LEASE_MS && atMs <= toMs ? [`${atMs - fromMs} ms: ${what}`] : [],
  );
  const spans = excused.map(([from, to]) => `[${from - fromMs}, ${to - fromMs}]`);
  const length = `${ms} ms of ${toMs - fromMs} ms; excused: ${spans.join(' ')}`;
  return `${length}\n${told.join('\n')}`;
}

export function endpointOfTests(): string {
  const endpoint = process.env['DYNAMODB_ENDPOINT'];
  if (endpoint === undefined) throw new Error('the tests have no DynamoDB');
  return endpoint;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const letter = (draw: () => number): string => alphabet.charAt(Math.floor(draw() * 32));

export function orderOf(sku: Sku, draw: () => number): ChaosOrder {
  const token = times(26, () => letter(draw)).join('') as KeyToken;
  return { sku, token, userId: `user-${token}` as UserId };
}
