import { Doubtful, Unavailable } from './unavailable.ts';

/** What waiting needs; `Clock` in lib/ports is one. */
interface Timing {
  nowMs(): number;
  sleep(ms: number): Promise<void>;
  random(): number;
}

/**
 * The first wait is already wide: a narrow one sends newcomers back every few milliseconds, while the
 * oldest of a crowd wait longest, and starve.
 *
 * The last is wide enough for a crowd of a thousand: bounded by 200 ms it made some 7,000 attempts a
 * second, each paid for, at an item that takes 500. Simulated for 1,000 orders of one item that is busy
 * for 8 ms with each: all at once, 13 attempts an order instead of 46, with a longest wait of 11 s instead
 * of 10; 50 at a time, 3 instead of 6, and 10 s instead of 6.
 */
const CONTENTION_WAIT_MS_FIRST = 120;
const CONTENTION_WAIT_MS_MAX = 1_000;
/** An engine that is away must be told within 3 s; this leaves room for the answer itself. */
const OUTAGE_MS_MAX = 2_700;
const OUTAGES_MAX = 2;

/** The bounds of one request's trying, in ms since the epoch and ms. */
export interface Limits {
  readonly deadlineMs: number;
  /** How long one call to an engine may take. */
  readonly callMsMax: number;
}

/** How long one request goes on trying, and what it has met so far. */
export class Patience {
  conflicts = 0;
  outages = 0;
  #outagesInRow = 0;
  #waitingSinceMs: number | undefined;
  readonly #timing: Timing;
  readonly #limits: Limits;

  constructor(timing: Timing, limits: Limits) {
    this.#timing = timing;
    this.#limits = limits;
  }

  nowMs(): number {
    return this.#timing.nowMs();
  }

  /** In [0, 1), for jitter. */
  random(): number {
    return this.#timing.random();
  }

  get exhausted(): boolean {
    return this.#timing.nowMs() >= this.#limits.deadlineMs;
  }

  /** Until the deadline; 0 once it has passed. */
  get leftMs(): number {
    return Math.max(0, this.#limits.deadlineMs - this.#timing.nowMs());
  }

  /** Waits for the crowd to thin out (full jitter, doubling); false when the deadline is near. */
  async outlastsConflict(tries: number): Promise<boolean> {
    this.conflicts += 1;
    const waitMsMax = Math.min(CONTENTION_WAIT_MS_MAX, CONTENTION_WAIT_MS_FIRST * 2 ** tries);
    return this.pause(this.#timing.random() * waitMsMax);
  }

  /** An engine answered: whatever it said, it is not away. */
  answered(): void {
    this.#outagesInRow = 0;
    this.#waitingSinceMs = undefined;
  }

  /**
   * Waits a moment after an attempt, begun at `startedMs`, that an outage ate; false when another
   * one could take longer than an outage may stay untold.
   */
  async outlastsOutage(startedMs: number): Promise<boolean> {
    this.outages += 1;
    this.#outagesInRow += 1;
    this.#waitingSinceMs ??= startedMs;
    const pauseMs = 20 + this.#timing.random() * 60;
    const toldMs = this.#timing.nowMs() + pauseMs + this.#limits.callMsMax - this.#waitingSinceMs;
    if (this.#outagesInRow > OUTAGES_MAX || toldMs > OUTAGE_MS_MAX) return false;
    return this.pause(pauseMs);
  }

  /** Waits so long; false, and at once, when the deadline comes before. */
  async pause(ms: number): Promise<boolean> {
    if (this.#timing.nowMs() + ms >= this.#limits.deadlineMs) return false;
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
    const outcome = await answerOf(attempt, patience);
    if (outcome instanceof Unavailable) {
      if (outcome.fate === 'unknown') doubt = outcome;
      continue;
    }
    if (outcome.unfinished) doubt ??= new Unavailable('dynamodb', 'unknown');
    if (outcome.kind === 'contended' && (await patience.outlastsConflict(tries))) continue;
    const open = outcome.kind === 'contended' || overturnable.includes(outcome.kind);
    if (doubt !== undefined && open) throw new Doubtful(doubt);
    return outcome;
  }
}

/** One attempt: its outcome, or the outage that ate it if there is patience for another. */
async function answerOf<Outcome>(
  attempt: () => Promise<Outcome>,
  patience: Patience,
): Promise<Outcome | Unavailable> {
  const startedMs = patience.nowMs();
  try {
    const outcome = await attempt();
    patience.answered();
    return outcome;
  } catch (error) {
    if (error instanceof Unavailable && (await patience.outlastsOutage(startedMs))) return error;
    throw error;
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
