import { inspect } from 'node:util';
import { emptyTables, memoryShop, type MemoryTables } from '../../lib/adapters/memory/shop.ts';
import type {
  CatalogueVersion,
  DeadLetterId,
  RequestId,
  Sku,
  UserId,
} from '../../lib/domain/ids.ts';
import { type KeyToken, orderIdOf } from '../../lib/domain/ids.ts';
import { pendingOrder } from '../../lib/domain/order.ts';
import { Unavailable } from '../../lib/domain/unavailable.ts';
import { type Consumer, consumerOf } from '../../lib/messaging/consume.ts';
import { settleRecords } from '../../lib/messaging/settle-records.ts';
import { noCost } from '../../lib/adapters/dynamodb/meter.ts';
import type { DeadLetter } from '../../lib/ports/dead-letters.ts';
import type { Stock } from '../../lib/ports/stock.ts';
import { placeGroupOn } from '../../lib/strategies/place-group.ts';
import { type Coverage, count } from '../simulation/coverage.ts';
import { Network } from '../simulation/faults.ts';
import { Random } from '../simulation/random.ts';
import { Scheduler, type Task } from '../simulation/scheduler.ts';
import type { LaneMutant, LanePorts } from './mutants.ts';
import { Oracle } from './oracle.ts';
import { drawWritten, partitionOf, partitions, type Written } from './records.ts';

/** A lane with its broker, its consumers, other sellers and a restocking admin: a seed decides all. */
export class LaneWorld {
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly coverage: Coverage = {};
  readonly tables: MemoryTables = emptyTables();
  readonly letters = new Map<DeadLetterId, DeadLetter>();
  readonly skus: readonly Sku[];
  readonly written: readonly Written[];
  /** What the broker has, partition by partition. */
  readonly log: Written[][] = partitions.map(() => []);
  readonly oracle: Oracle;
  readonly consumer: Consumer;
  /** All units that ever came: at the beginning, and by restocks. */
  readonly unitsOf = new Map<Sku, number>();
  onCrash: (task: Task) => void = () => undefined;
  readonly #store = memoryShop(this.tables);
  readonly #reservationMs: number;
  #drawn = 0;

  constructor(seed: number, mutant: LaneMutant | undefined, tracing: boolean) {
    this.random = new Random(seed);
    const { random, coverage } = this;
    this.scheduler = new Scheduler(random, tracing);
    const { scheduler } = this;
    const crash = (task: Task) => {
      this.onCrash(task);
    };
    this.network = new Network({ random, scheduler, coverage, crash });
    this.skus = ['apple', 'berry', 'citron'].slice(0, random.between(1, 3)) as Sku[];
    this.#reservationMs = random.pick([600_000, 120_000, 15_000]);
    for (const sku of this.skus) this.#stock(sku, random.between(0, 12));
    this.written = drawWritten(random, this.skus);
    this.oracle = new Oracle(this.tables, this.log);
    scheduler.onStep = () => {
      this.oracle.watch();
    };
    this.consumer = this.#consumer(mutant);
  }

  publish(written: Written): void {
    const log = this.log[partitionOf(written.key ?? '')];
    if (log === undefined) throw new Error('no such partition');
    log.push(written);
    count(this.coverage, `record ${written.what}`);
  }

  /** Somebody brings or takes units, at once. */
  async restock(sku: Sku): Promise<void> {
    const units = this.random.pick([1, 2, 5, -1]);
    const id = `adj_${(this.#drawn += 1)}`;
    const requestId = id as RequestId;
    const adjustment = {
      adjustmentId: id as never,
      sku,
      units,
      requestId,
      fingerprint: '',
      at: '',
    };
    const { kind } = await this.#store.stock.adjust(adjustment);
    if (kind !== 'adjusted') return;
    this.unitsOf.set(sku, (this.unitsOf.get(sku) ?? 0) + units);
    count(this.coverage, 'restock');
  }

  /** Somebody buys the product past the lane, as another strategy lets them. */
  async placeAtOnce(sku: Sku): Promise<void> {
    const [offer] = await this.#store.catalogue.find([sku]);
    if (offer === undefined) return;
    const id = `${'k'.repeat((this.#drawn += 1) % 20)}p`.padEnd(26, 'z');
    const order = pendingOrder({
      orderId: orderIdOf(id as KeyToken),
      lines: [{ sku, quantity: this.random.pick([1, 2]) }],
      offers: new Map([[sku, offer]]),
      currency: 'KRW',
      nowMs: this.scheduler.nowMs,
      reservationMs: this.#reservationMs,
    });
    const versions = new Map([[sku, offer.catalogueVersion]]);
    const asked = { userId: 'eve' as UserId, requestId: id as RequestId, fingerprint: '' };
    const { kind } = await this.#store.stock.place({ ...asked, order, versions });
    if (kind === 'placed') count(this.coverage, 'placed at once');
  }

  #stock(sku: Sku, availableUnits: number): void {
    const catalogueVersion = 'v0' as CatalogueVersion;
    const offer = { sku, name: sku, priceMinor: 100, strategy: 'kafka-keyed', catalogueVersion };
    this.tables.shelves.set(sku, { ...offer, strategy: 'kafka-keyed', availableUnits });
    this.unitsOf.set(sku, availableUnits);
  }

  #consumer(mutant: LaneMutant | undefined): Consumer {
    const { scheduler, network, random, letters } = this;
    const deadLetters = {
      keep: async (letter: DeadLetter) => {
        if (!letters.has(letter.deadLetterId)) letters.set(letter.deadLetterId, letter);
        return { kind: 'kept' } as const;
      },
    };
    const expired = new WeakMap<object, number>();
    const inner: LanePorts = { ...this.#store, deadLetters };
    const altered = { ...inner, ...mutant?.store?.(inner, this.tables) };
    const judged: LanePorts = { ...altered, stock: this.#judged(altered.stock, expired) };
    const carried = Object.fromEntries(
      Object.entries(judged).map(([name, port]) => [name, network.wrap(name, port as object)]),
    ) as unknown as LanePorts;
    const stock: Stock = {
      place: (...args) => carried.stock.place(...args),
      shelf: (sku) => carried.stock.shelf(sku),
      placeMany: (plan) => {
        expired.set(plan, this.oracle.expiredUnits(plan.sku, scheduler.nowMs));
        return carried.stock.placeMany(plan);
      },
      releaseMany: (...args) => carried.stock.releaseMany(...args),
      adjust: (adjustment) => carried.stock.adjust(adjustment),
    };
    const ports = { ...carried, stock };
    const clientSide = { ...ports, ...mutant?.client?.(ports) };
    const deps = {
      ...clientSide,
      placeGroup: mutant?.placeGroup?.(placeGroupOn(stock)) ?? placeGroupOn(stock),
      reservationMs: this.#reservationMs,
    };
    const edge = {
      clock: {
        nowMs: () => scheduler.nowMs,
        sleep: (ms: number) => network.sleep(ms),
        random: () => random.next(),
      },
      ...{ batchMsMax: 45_000, callMsMax: 1_000 },
      metered: <T>(work: (cost: () => typeof noCost) => Promise<T>) => work(() => noCost),
      tell: ({ errors }: { readonly errors: readonly unknown[] }) => {
        const defect = errors.find((error) => !(error instanceof Unavailable));
        if (defect !== undefined) this.oracle.violations.push(`defect: ${inspect(defect)}`);
      },
    };
    const consumer = consumerOf(edge, 'settle-orders', (records, patience) =>
      settleRecords(deps, mutant?.records?.(records) ?? records, patience),
    );
    return async (event) => {
      const response = await consumer(event);
      return mutant?.response?.(response) ?? response;
    };
  }

  /** Judges each group that is committed, by what there was just before. */
  #judged(stock: Stock, expiredWhenSent: WeakMap<object, number>): Stock {
    return {
      ...stock,
      placeMany: async (plan) => {
        const before = {
          availableUnits: this.tables.shelves.get(plan.sku)?.availableUnits ?? 0,
          decided: this.oracle.decided(),
          expiredUnits: expiredWhenSent.get(plan) ?? 0,
          nowMs: this.scheduler.nowMs,
        };
        const answer = await stock.placeMany(plan);
        if (answer.kind === 'carried-out') {
          this.oracle.judge(plan, before);
          count(this.coverage, 'group');
        }
        return answer;
      },
    };
  }
}
