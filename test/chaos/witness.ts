import { setTimeout as sleep } from 'node:timers/promises';
import type { Span } from './stalls.ts';

const PAUSE_MS = 50;
/** A pause and a look take some 60 ms; beyond this the machine had something else to do. */
const LOOK_MS_MAX = 150;

/**
 * Looks at Redis and at the store all the time, as one who wants no lock. When its look takes long,
 * the machine stood still or an engine did, and the locks are not to blame for what was not sold.
 */
export class Witness {
  readonly stalls: Span[] = [];
  #watching = true;
  readonly #done: Promise<void>;

  constructor(looks: readonly (() => Promise<unknown>)[]) {
    this.#done = this.#watch(looks);
  }

  async end(): Promise<void> {
    this.#watching = false;
    await this.#done;
  }

  async #watch(looks: readonly (() => Promise<unknown>)[]): Promise<void> {
    while (this.#watching) {
      const fromMs = Date.now();
      await sleep(PAUSE_MS);
      await Promise.allSettled(looks.map((look) => look()));
      const toMs = Date.now();
      if (toMs - fromMs > LOOK_MS_MAX) this.stalls.push([fromMs, toMs]);
    }
  }
}
