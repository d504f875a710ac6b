import { Unavailable } from './unavailable.ts';

/** What waiting needs; `Clock` in lib/ports is one. */
interface Timing {
  nowMs(): number;
  sleep(ms: number): Promise<void>;
  random(): number;
}

const CONTENTION_WAIT_MS_FIRST = 5;
const CONTENTION_WAIT_MS_MAX = 200;
/** An engine that is away must be told within 3 s; this is what a request may lose waiting for it. */
const OUTAGE_MS_MAX = 1_500;
const OUTAGES_MAX = 2;

/** How long one request goes on trying, and what it has met so far. */
export class Patience {
  conflicts = 0;
  outages = 0;
  #outageMs = 0;
  readonly #timing: Timing;
  readonly #deadlineMs: number;

  constructor(timing: Timing, deadlineMs: number) {
    this.#timing = timing;
    this.#deadlineMs = deadlineMs;
  }

  nowMs(): number {
    return this.#timing.nowMs();
  }

  get exhausted(): boolean {
    return this.#timing.nowMs() >= this.#deadlineMs;
  }

  /** Waits for the crowd to thin out (full jitter, doubling); false when the deadline is near. */
  async outlastsConflict(tries: number): Promise<boolean> {
    this.conflicts += 1;
    const waitMsMax = Math.min(CONTENTION_WAIT_MS_MAX, CONTENTION_WAIT_MS_FIRST * 2 ** tries);
    return this.#pause(this.#timing.random() * waitMsMax);
  }

  /** Waits a moment after an attempt that an outage ate; false when the request can bear no more. */
  async outlastsOutage(lostMs: number): Promise<boolean> {
    this.outages += 1;
    this.#outageMs += lostMs;
    if (this.outages > OUTAGES_MAX || this.#outageMs > OUTAGE_MS_MAX) return false;
    return this.#pause(20 + this.#timing.random() * 60);
  }

  async #pause(ms: number): Promise<boolean> {
    if (this.#timing.nowMs() + ms >= this.#deadlineMs) return false;
    await this.#timing.sleep(ms);
    return true;
  }
}

/** `unfinished` marks a `contended` whose effect is in: it may not be told as "nothing happened". */
interface Undecided {
  readonly kind: string;
  readonly unfinished?: true;
}

/**
 * Tries until the attempt is decided: the one place where this service retries.
 *
 * `contended` is tried again until the deadline and then returned. An outage is tried again while
 * the request can bear it and then thrown. Once an attempt's fate is unknown, an outcome named in
 * `overturnable` may still be overturned by that attempt landing late (a refused order that appears
 * after a restock): it is not told, and `Unavailable` is thrown, since the same key settles it.
 */
export async function persist<Outcome extends Undecided>(
  attempt: () => Promise<Outcome>,
  patience: Patience,
  overturnable: readonly Outcome['kind'][] = [],
): Promise<Outcome> {
  let doubt: Unavailable | undefined;
  for (let tries = 0; ; tries += 1) {
    const startedMs = patience.nowMs();
    try {
      const outcome = await attempt();
      if (outcome.unfinished) doubt ??= new Unavailable('store', 'unknown');
      if (outcome.kind === 'contended' && (await patience.outlastsConflict(tries))) continue;
      const open = outcome.kind === 'contended' || overturnable.includes(outcome.kind);
      if (doubt !== undefined && open) throw doubt;
      return outcome;
    } catch (error) {
      if (!(error instanceof Unavailable) || error === doubt) throw error;
      if (error.fate === 'unknown') doubt = error;
      if (!(await patience.outlastsOutage(patience.nowMs() - startedMs))) throw error;
    }
  }
}

/** `persist` for reads: nothing to decide, only outages to outlast. */
export async function persistRead<Value>(
  read: () => Promise<Value>,
  patience: Patience,
): Promise<Value> {
  const found = await persist(async () => ({ kind: 'read', value: await read() }), patience);
  return found.value;
}
