/** A clock that jumps to whatever is next as soon as nothing else is left to do. */
export class VirtualTime {
  now = 0;
  #order = 0;
  readonly #sleepers: { readonly atMs: number; readonly order: number; wake: () => void }[] = [];
  #seed = 17;

  nowMs = (): number => this.now;

  sleep = (ms: number): Promise<void> =>
    new Promise((wake) => {
      this.#sleepers.push({ atMs: this.now + ms, order: (this.#order += 1), wake });
    });

  random = (): number => {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return this.#seed / 2_147_483_647;
  };

  /** Lets time pass until the work is done. */
  async until<T>(work: Promise<T>): Promise<T> {
    const state = { done: false };
    const finished = work.finally(() => (state.done = true));
    finished.catch(() => undefined);
    for (;;) {
      await new Promise((turn) => setImmediate(turn));
      if (state.done) return finished;
      const next = this.#sleepers.toSorted((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
      if (next === undefined) throw new Error('everybody waits, and nobody for the time');
      this.now = Math.max(this.now, next.atMs);
      for (const sleeper of this.#sleepers.filter(({ atMs }) => atMs <= this.now)) {
        this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1);
        sleeper.wake();
      }
    }
  }
}
