import type { Timer } from '../../lib/ports/clock.ts';

/** Waits that end all at once when there is nothing left to wait for. */
export class Rests {
  readonly #timer: Timer;
  readonly #open = new Set<() => void>();
  #over = false;

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  rest(ms: number): Promise<void> {
    if (this.#over) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        this.#open.delete(end);
        resolve();
      };
      const cancel = this.#timer.after(ms, end);
      this.#open.add(end);
    });
  }

  /** Whether `endAll` was called: a method, since it can change over any `await`. */
  over(): boolean {
    return this.#over;
  }

  /** Ends every rest, and those that would begin later. */
  endAll(): void {
    this.#over = true;
    for (const end of [...this.#open]) end();
  }
}
