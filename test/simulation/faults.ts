import { Unavailable } from '../../lib/domain/unavailable.ts';
import { type Coverage, count } from './coverage.ts';
import type { Random } from './random.ts';
import type { Scheduler, Task } from './scheduler.ts';

/** What can befall a call before the store sees it. */
export const faultsBefore = [
  /** The connection was refused: the call surely did nothing. */
  'refused',
  /** Others are writing the same item. */
  'contended',
  /** The request never arrives, and the caller can't know. */
  'requestLost',
  /** The caller gives up, and the request arrives later: perhaps after the retry, or the answer. */
  'late',
  'crash',
  /** The process stands still, and goes on as if no time had passed. */
  'frozen',
  'clockJump',
] as const;

/** A write that lands late is what the shop has most to fear from, so it is drawn more often. */
const faultsBeforeWrite = [...faultsBefore, 'late', 'late'] as const;
/** To a read it is the same whether it is lost or late, and nobody contends for it. */
const faultsBeforeRead = ['refused', 'requestLost', 'crash', 'frozen', 'clockJump'] as const;

/** What can befall it after its effect. */
export const faultsAfter = ['replyLost', 'crash', 'frozen', 'clockJump'] as const;

/** What can befall a process that only waits. */
const faultsAsleep = ['crash', 'frozen', 'clockJump'] as const;

export type Fault = (typeof faultsBefore)[number] | (typeof faultsAfter)[number];

/** Which faults a seed knows, and how likely one is at each point. */
export interface Weather {
  readonly rate: number;
  readonly kinds: ReadonlySet<Fault>;
}

export const calm: Weather = { rate: 0, kinds: new Set() };

/** Seeds differ in their faults, so that each also meets a world in which it is alone. */
export function drawWeather(random: Random): Weather {
  const rate = random.pick([0, 0.03, 0.08, 0.15, 0.3]);
  const share = random.pick([0.4, 0.7, 1]);
  const kinds = new Set([...faultsBefore, ...faultsAfter]);
  return { rate, kinds: new Set([...kinds].filter(() => random.chance(share))) };
}

/** Writes that answer by kind, and may answer `contended`. Other verbs are taken for reads. */
const contending = new Set([
  'stock.place',
  'stock.placeMany',
  'stock.releaseMany',
  'stock.adjust',
  'catalogue.change',
  'ledger.charge',
  'ledger.pay',
  'deadLetters.keep',
]);

const RESERVATION_MS = 600_000;
const MINUTE_MS = 60_000;
/** Long enough for a restock, or for the order to expire. */
const LONG_MS = 99 * MINUTE_MS;

interface NetworkDeps {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly coverage: Coverage;
  /** Ends the container of a task, with all its requests. */
  readonly crash: (task: Task) => void;
}

type Effect = () => Promise<unknown>;

/** Stands between containers and store: each call can be interrupted twice, and go wrong. */
export class Network {
  weather: Weather = calm;
  readonly #deps: NetworkDeps;

  constructor(deps: NetworkDeps) {
    this.#deps = deps;
  }

  /** Any object of async functions, with this network before each of them. */
  wrap<Port extends object>(name: string, port: Port): Port {
    const wrapped = new Map<PropertyKey, unknown>();
    const wrap = (verb: string, call: (...args: unknown[]) => Promise<unknown>) => {
      const carried = (...args: unknown[]) => this.#carry(`${name}.${verb}`, () => call(...args));
      wrapped.set(verb, carried);
      return carried;
    };
    return new Proxy(port, {
      get: (target, verb) =>
        wrapped.get(verb) ?? wrap(String(verb), Reflect.get(target, verb) as never),
    });
  }

  /** A wait of the shop's own, in ms. */
  async sleep(ms: number): Promise<void> {
    const { scheduler } = this.#deps;
    const task = scheduler.current;
    await scheduler.park(task, 'goes on', scheduler.nowMs + ms);
    await this.#suffer(task, this.#draw(faultsAsleep));
  }

  async #carry(name: string, effect: Effect): Promise<unknown> {
    const { scheduler, random } = this.#deps;
    const task = scheduler.current;
    const underWay = () => {
      if (random.chance(0.5)) this.#landLater(task, name, effect);
    };
    await scheduler.park(task, name, 0, underWay);
    const fault = this.#draw(contending.has(name) ? faultsBeforeWrite : faultsBeforeRead);
    switch (fault) {
      case undefined:
      case 'frozen':
      case 'clockJump':
        break;
      case 'refused':
        throw new Unavailable('dynamodb', 'none');
      case 'contended':
        return { kind: 'contended' };
      case 'requestLost':
        return this.#timesOut(task, name);
      case 'late':
        this.#landLater(task, name, effect);
        return this.#timesOut(task, name);
      case 'crash':
        underWay();
    }
    await this.#suffer(task, fault);
    const value = await effect();
    this.#countOutcome(name, value);
    await scheduler.park(task, 'hears', 0);
    const faultAfter = this.#draw(faultsAfter);
    if (faultAfter === 'replyLost') return this.#timesOut(task, name);
    await this.#suffer(task, faultAfter);
    return value;
  }

  #countOutcome(name: string, outcome: unknown): void {
    if (!contending.has(name)) return;
    const { kind } = outcome as { readonly kind: string };
    count(this.#deps.coverage, `${name} ${kind}`);
    this.#deps.scheduler.say('DONE', name, kind);
  }

  /** What befalls the process and not the call. */
  async #suffer(task: Task, fault: Fault | undefined): Promise<void> {
    const { scheduler, random, crash } = this.#deps;
    if (fault === 'crash') {
      crash(task);
      await new Promise<never>(() => undefined);
    } else if (fault === 'frozen') {
      const stillMs = random.pick([1_000, 5_000, 19_000, 21_000, 40_000, 11 * MINUTE_MS]);
      await scheduler.park(task, 'thaws', scheduler.nowMs + random.below(stillMs));
    } else if (fault === 'clockJump') {
      scheduler.nowMs += random.pick([31_000, RESERVATION_MS + 1, 11 * MINUTE_MS]);
    }
  }

  #draw<F extends Fault>(possible: readonly F[]): F | undefined {
    const { random, coverage, scheduler } = this.#deps;
    const { rate, kinds } = this.weather;
    if (rate === 0 || !random.chance(rate)) return undefined;
    const fault = random.pick(possible);
    if (!kinds.has(fault)) return undefined;
    count(coverage, `fault ${fault}`);
    scheduler.say('FAULT', fault);
    return fault;
  }

  /** A call's end is either quick, a broken connection, or the time-out of the engine call. */
  async #timesOut(task: Task, name: string): Promise<never> {
    const { scheduler, random } = this.#deps;
    const waitMs = random.chance(0.5) ? random.below(50) : 1_000;
    await scheduler.park(task, 'gives up', scheduler.nowMs + waitMs);
    throw new Unavailable('dynamodb', 'unknown', name);
  }

  #landLater(task: Task, name: string, effect: Effect): void {
    const { scheduler, random } = this.#deps;
    const late = { name: `${task.name}~` };
    const delayMs = random.below(random.pick([100, 3_000, 60_000, LONG_MS, LONG_MS]));
    const land = async () => {
      await effect();
    };
    scheduler.spawn(late, `lands late: ${name}`, land, scheduler.nowMs + delayMs);
  }
}
