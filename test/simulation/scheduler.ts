import type { Random } from './random.ts';

/** Somebody who acts and waits: a request, a client, or an effect that is still under way. */
export interface Task {
  readonly name: string;
}

interface Parked {
  readonly task: Task;
  /** What the task does when it goes on. */
  readonly next: string;
  readonly notBeforeMs: number;
  readonly go: () => void;
  /** Told when the task is dropped and will never go on. */
  readonly dropped: (() => void) | undefined;
}

/** More than any schedule needs; one that does not end is a defect, here or in the shop. */
const STEPS_MAX = 20_000;

/** Until every promise that could go on has gone on: ticks run when no microtask is left. */
const settled = () =>
  new Promise<void>((ok) => {
    process.nextTick(ok);
  });

/**
 * Runs tasks one at a time, from one park to the next, in an order that the seed decides.
 *
 * Time is virtual: a step takes some milliseconds, and when everybody waits for a later moment, that
 * moment comes at once.
 */
export class Scheduler {
  nowMs = Date.parse('2026-01-01T00:00:00Z');
  steps = 0;
  /** Whose step it is: what runs until the next park runs on its behalf. */
  current: Task = { name: 'nobody' };
  /** Called after each step, when nothing moves. */
  onStep: () => void = () => undefined;
  readonly trace: string[] | undefined;
  readonly #random: Random;
  /** The chance that a task goes on where it could be interrupted: seeds differ in it. */
  readonly #sticky: number;
  readonly #startMs = this.nowMs;
  #parked: Parked[] = [];

  constructor(random: Random, tracing: boolean) {
    this.#random = random;
    this.#sticky = random.pick([0, 0, 0.5, 0.85]);
    this.trace = tracing ? [] : undefined;
  }

  /** Waits until this task is picked, not before a moment in ms since the epoch. */
  park(task: Task, next: string, notBeforeMs = 0, dropped?: () => void): Promise<void> {
    return new Promise((go) => this.#parked.push({ task, next, notBeforeMs, go, dropped }));
  }

  /** Lets a task begin, when it is picked. What it throws is a defect of the simulation. */
  spawn(task: Task, next: string, work: () => Promise<void>, notBeforeMs = 0): void {
    const go = () => void work().catch((error: unknown) => (this.#failure ??= { error }));
    this.#parked.push({ task, next, notBeforeMs, go, dropped: undefined });
  }

  /** Ends a task where it stands: nothing of it ever goes on. */
  drop(task: Task): void {
    const gone = this.#parked.filter((parked) => parked.task === task);
    this.#parked = this.#parked.filter((parked) => parked.task !== task);
    for (const { dropped } of gone) dropped?.();
  }

  /** Runs until nobody waits any more. */
  async run(): Promise<void> {
    while (this.#parked.length > 0) {
      this.steps += 1;
      if (this.steps > STEPS_MAX) throw new Error(`no end after ${STEPS_MAX} steps`);
      const parked = this.#take();
      this.current = parked.task;
      this.say(parked.next);
      parked.go();
      await settled();
      if (this.#failure !== undefined) throw this.#failure.error;
      this.onStep();
    }
  }

  /** Adds a line to the trace, on behalf of the current task. */
  say(what: string, ...more: readonly string[]): void {
    if (this.trace === undefined) return;
    const at = `+${((this.nowMs - this.#startMs) / 1000).toFixed(3)}s`.padStart(12);
    const who = this.current.name.padEnd(8);
    this.trace.push(`${String(this.steps).padStart(5)} ${at}  ${who} ${[what, ...more].join(' ')}`);
  }

  #failure: { readonly error: unknown } | undefined;

  #take(): Parked {
    this.nowMs += this.#random.below(4);
    let ready = this.#ready();
    if (ready.length === 0) {
      this.nowMs = Math.min(...this.#parked.map(({ notBeforeMs }) => notBeforeMs));
      ready = this.#ready();
    }
    const again = this.#random.chance(this.#sticky)
      ? ready.find(({ task }) => task === this.current)
      : undefined;
    const taken = again ?? this.#random.pick(ready);
    this.#parked.splice(this.#parked.indexOf(taken), 1);
    return taken;
  }

  #ready(): Parked[] {
    return this.#parked.filter(({ notBeforeMs }) => notBeforeMs <= this.nowMs);
  }
}
