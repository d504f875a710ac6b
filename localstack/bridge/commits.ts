import type { Timer } from '../../lib/ports/clock.ts';

interface CommitsOptions {
  /** The next offset to read of each partition. */
  readonly commit: (offsets: ReadonlyMap<number, number>) => Promise<void>;
  readonly timer: Timer;
  readonly log: (line: string) => void;
}

const RETRY_MS = 500;

/**
 * Commits what is done, one request at a time: what gets done meanwhile goes with the next. Nobody
 * waits for a commit, since one that is lost costs no more than a redelivery.
 */
export class Commits {
  readonly #options: CommitsOptions;
  #offsets = new Map<number, number>();
  #term = 0;
  #running: Promise<void> | undefined;
  #cancelRetry: () => void = () => undefined;

  constructor(options: CommitsOptions) {
    this.#options = options;
  }

  add(partition: number, nextOffset: number): void {
    this.#offsets.set(partition, nextOffset);
    this.#start();
  }

  /** Forgets what was not committed: it is read again. */
  clear(): void {
    this.#offsets = new Map();
    this.#term += 1;
    this.#cancelRetry();
  }

  /** Ends with what is there committed, or once tried. */
  async flush(): Promise<void> {
    await this.#running;
    this.#start();
    await this.#running;
    this.#cancelRetry();
  }

  #start(): void {
    if (this.#offsets.size === 0 || this.#running !== undefined) return;
    this.#cancelRetry();
    this.#running = this.#commitAll().finally(() => {
      this.#running = undefined;
    });
  }

  async #commitAll(): Promise<void> {
    while (this.#offsets.size > 0) {
      const [offsets, term] = [this.#offsets, this.#term];
      this.#offsets = new Map();
      try {
        await this.#options.commit(offsets);
      } catch (error) {
        if (this.#term !== term) continue;
        this.#options.log(`not committed, will be tried again: ${String(error)}`);
        // Newer ones win.
        this.#offsets = new Map([...offsets, ...this.#offsets]);
        this.#cancelRetry = this.#options.timer.after(RETRY_MS, () => {
          this.#start();
        });
        return;
      }
    }
  }
}
