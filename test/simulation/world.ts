import { rememberedPrices } from '../../lib/adapters/memory/price-list.ts';
import { memoryShop } from '../../lib/adapters/memory/shop.ts';
import { HOLD_SLACK_MS } from '../../lib/domain/hold.ts';
import type { OrderId } from '../../lib/domain/ids.ts';
import type { PriceList } from '../../lib/ports/catalogue.ts';
import { strategiesOn } from '../../lib/strategies/index.ts';
import { memoryLocks } from '../contract/bench-shop.ts';
import { type Coverage, count } from './coverage.ts';
import { Network } from './faults.ts';
import type { Sent } from './history.ts';
import type { Mutant } from './mutants/mutant.ts';
import { call, describeOperation, type Operation, type Told } from './operation.ts';
import { Random } from './random.ts';
import { Scheduler, type Task } from './scheduler.ts';
import { simulated } from './stand-ins/simulated.ts';
import { type Beginning, drawBeginning, freeUnits, type Ports, SKUS } from './store.ts';

/** A process that serves requests until it crashes: what it remembers dies with it. */
interface Container {
  readonly name: string;
  readonly prices: PriceList;
  /** A setting: containers of before a deployment and after it serve side by side. */
  readonly reservationMs: number;
  readonly requests: Map<Task, (told: undefined) => void>;
}

interface RequestTask extends Task {
  readonly container: Container;
  readonly operation: Operation;
}

/** One shop with its containers, clock and network: all that happens in it, a seed decides. */
export class World {
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly coverage: Coverage = {};
  readonly beginning: Beginning;
  readonly sent: Sent[] = [];
  /** Seen while it ran; the laws are checked after it. */
  readonly violations: string[] = [];
  readonly #containers: Container[];
  /** Orders under way. */
  readonly #open = new Set<Sent>();
  /**
   * Orders that landed longer after they were made than the shop reckons with (ADR 9): their units
   * are found again, but not at once.
   */
  readonly #tardy = new Set<OrderId>();
  readonly #reservationsMs: readonly number[];
  #ordersSeen = 0;
  #containersMade = 0;

  constructor(seed: number, mutant: Mutant | undefined, tracing: boolean) {
    this.random = new Random(seed);
    this.scheduler = new Scheduler(this.random, tracing);
    const { random, scheduler, coverage } = this;
    this.network = new Network({
      random,
      scheduler,
      coverage,
      crash: (task) => {
        this.#crash(task);
      },
    });
    this.#reservationsMs = random.pick([[600_000], [600_000, 120_000]]);
    this.beginning = drawBeginning(this.random);
    this.#containers = Array.from({ length: this.random.between(1, 3) }, () => this.#container());
    this.scheduler.onStep = () => {
      this.#watch();
    };
    this.#settle(mutant);
  }

  /** Sends one request to some container. No answer: the container died under it. */
  async request(operation: Operation): Promise<Told | undefined> {
    const { scheduler, random } = this;
    const container = random.pick(this.#containers);
    const id = `r${this.sent.length + 1}`;
    const task: RequestTask = { name: id, container, operation };
    const sent: Sent = {
      id,
      operation,
      beganStep: scheduler.steps,
      freeUnitsMin:
        operation.route === 'placeOrder' ? this.#freeUnits() : new Map<string, number>(),
    };
    this.sent.push(sent);
    if (operation.route === 'placeOrder') this.#open.add(sent);
    const told = await new Promise<Told | undefined>((answer) => {
      container.requests.set(task, answer);
      scheduler.spawn(task, `${container.name} serves`, async () => {
        if (scheduler.trace !== undefined) scheduler.say('ASKED', describeOperation(operation));
        const answered = await call(operation);
        container.requests.delete(task);
        answer(answered);
      });
    });
    this.#open.delete(sent);
    sent.endedStep = scheduler.steps;
    sent.endedMs = scheduler.nowMs;
    if (told !== undefined) this.#hear(sent, told);
    return told;
  }

  #hear(sent: Sent, told: Told): void {
    sent.told = told;
    const what = told.code ?? (told.replayed ? 'replayed' : 'done');
    count(this.coverage, `${sent.operation.route} ${told.status} ${what}`);
    this.scheduler.say('TOLD', sent.id, String(told.status), what, told.text);
  }

  #container(): Container {
    this.#containersMade += 1;
    const name = `c${this.#containersMade}`;
    const prices = rememberedPrices(SKUS.length);
    const reservationMs = this.random.pick(this.#reservationsMs);
    return { name, prices, reservationMs, requests: new Map() };
  }

  /** The container's requests never go on, and an empty one takes its place. */
  #crash(task: Task): void {
    const { scheduler } = this;
    // A late effect has lost its container, and stops alone.
    if (!('container' in task)) return;
    const { container } = task as RequestTask;
    this.#containers[this.#containers.indexOf(container)] = this.#container();
    const unanswered = [...container.requests];
    container.requests.clear();
    for (const [task, answer] of unanswered) {
      scheduler.say('LOST', task.name);
      scheduler.drop(task);
      answer(undefined);
    }
  }

  #watch(): void {
    const { shelves, orders } = this.beginning.tables;
    for (const { sku, availableUnits } of shelves.values()) {
      if (availableUnits < 0) this.violations.push(`oversold: ${availableUnits} units of ${sku}`);
    }
    if (orders.size > this.#ordersSeen) this.#watchLanding();
    if (this.#open.size === 0) return;
    const free = this.#freeUnits();
    for (const { freeUnitsMin } of this.#open) {
      for (const [sku, units] of free) {
        if (units < (freeUnitsMin.get(sku) ?? 0)) freeUnitsMin.set(sku, units);
      }
    }
  }

  /** An order is new in the store: sold at the prices of this moment, and soon after it was made. */
  #watchLanding(): void {
    const { orders, shelves } = this.beginning.tables;
    this.#ordersSeen = orders.size;
    const [newest] = [...orders.values()].slice(-1);
    if (newest === undefined) return;
    const { orderId, createdAt, lines } = newest.order;
    if (lines.some(({ sku, unitPriceMinor }) => shelves.get(sku)?.priceMinor !== unitPriceMinor)) {
      this.violations.push(`sold at the price in force: ${orderId}`);
    }
    const tookMs = this.scheduler.nowMs - Date.parse(createdAt);
    if (tookMs > HOLD_SLACK_MS) this.#tardy.add(orderId);
  }

  #freeUnits(): Map<string, number> {
    return freeUnits(this.beginning.tables, this.scheduler.nowMs, this.#tardy);
  }

  /** Puts this world under the functions, with the mutant's alterations on either side. */
  #settle(mutant: Mutant | undefined): void {
    const { scheduler, network, random } = this;
    const { tables } = this.beginning;
    const asker = () => (scheduler.current as RequestTask).operation.user;
    const pause = async () => {
      // Long enough for others to come between, and for a crash to find it.
      for (let moments = 0; moments < 3; moments += 1) await network.sleep(0);
    };
    const altering = { tables, asker, pause, random };
    const inner = memoryShop(tables);
    const store: Ports = { ...inner, ...mutant?.store?.(inner, altering) };
    const carried = Object.fromEntries(
      Object.entries(store).map(([name, port]) => [name, network.wrap(name, port as object)]),
    ) as unknown as Ports;
    const ports: Ports = { ...carried, ...mutant?.client?.(carried, altering) };
    const container = () => (scheduler.current as RequestTask).container;
    simulated.app = {
      ...ports,
      prices: {
        recall: (skus) => container().prices.recall(skus),
        learn: (offers) => {
          container().prices.learn(offers);
        },
      },
      strategies: strategiesOn({ ...ports, ...memoryLocks() }),
      currency: 'KRW',
      get reservationMs() {
        return container().reservationMs;
      },
    };
    simulated.clock = {
      nowMs: () => scheduler.nowMs,
      sleep: (ms) => network.sleep(ms),
      random: () => random.next(),
    };
    simulated.newRequestId = () => scheduler.current.name;
    simulated.keyReading = mutant?.keyReading?.(altering) ?? {};
  }
}
