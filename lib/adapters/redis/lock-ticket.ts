import { randomUUID } from 'node:crypto';
import type { Fence } from '../../domain/ids.ts';
import type { Unavailable } from '../../domain/unavailable.ts';
import type { Timer } from '../../ports/clock.ts';
import { outageAhead } from './lock-bracket.ts';
import type { Mailbox } from './mailbox.ts';

/** A place in a lock's queue: it listens from before it is joined, so that no word comes too early. */
export class Ticket {
  readonly id = randomUUID();
  /** Told by a message: the lock is ours. */
  fence: Fence | undefined;
  #outage: Unavailable | undefined;
  /** Told to watch the holder's lease, which ends in so many ms. */
  #watchMs: number | undefined;
  #heard = false;
  #wake: () => void = () => undefined;
  readonly #silence: () => void;

  constructor(mailbox: Mailbox) {
    this.#silence = mailbox.listen(
      this.id,
      (message) => {
        // An empty one only asks whether anybody listens.
        if (message !== '') this.#hear(message);
      },
      (outage) => {
        this.#outage = outage;
        this.#stir();
      },
    );
  }

  /**
   * Until there is something to ask or to tell, or so long; shorter when told to watch, and never
   * longer than `leftMs`. Throws `Unavailable` when told of an outage.
   */
  async wait(timer: Timer, ms: number, leftMs: () => number = () => Infinity): Promise<void> {
    await this.#stirred(timer, Math.min(ms, leftMs()));
    while (this.#watchMs !== undefined && !this.#heard) {
      const watchMs = this.#watchMs;
      this.#watchMs = undefined;
      await this.#stirred(timer, Math.min(watchMs + 1, leftMs()));
    }
    this.#heard = false;
    if (this.#outage !== undefined) throw this.#outage;
  }

  close(): void {
    this.#silence();
  }

  #hear(message: string | undefined): void {
    const [, watchMs] = /^watch (\d+)$/.exec(message ?? '') ?? [];
    if (watchMs !== undefined) {
      this.#watchMs = Number(watchMs);
      this.#wake();
      return;
    }
    if (message === 'outage') this.#outage = outageAhead();
    else if (message !== undefined) this.fence = Number(message) as Fence;
    this.#stir();
  }

  #stir(): void {
    this.#heard = true;
    this.#wake();
  }

  async #stirred(timer: Timer, ms: number): Promise<void> {
    if (this.#heard || this.#watchMs !== undefined || ms <= 0) return;
    await new Promise<void>((resolve) => {
      const cancel = timer.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
