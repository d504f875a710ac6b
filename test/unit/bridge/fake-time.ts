import type { Clock, Timer } from '../../../lib/ports/clock.ts';

/** Time that stands still until a test moves it. */
export class FakeTime implements Pick<Clock, 'nowMs' | 'random'>, Timer {
  #nowMs = 1_000_000;
  readonly #alarms = new Set<{ readonly atMs: number; readonly alarm: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  random(): number {
    return 1;
  }

  after(ms: number, alarm: () => void): () => void {
    const entry = { atMs: this.#nowMs + ms, alarm };
    this.#alarms.add(entry);
    return () => this.#alarms.delete(entry);
  }

  /** Lets so much time pass, alarm by alarm, with all that follows from each. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settled();
    for (;;) {
      const due = [...this.#alarms].filter(({ atMs }) => atMs <= endMs);
      const next = due.sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#alarms.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.alarm();
      await settled();
    }
    this.#nowMs = endMs;
  }
}

/** Lets everything run that waits for no time. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
