import { randomUUID } from 'node:crypto';
import type { Fence } from '../../domain/ids.ts';
import type { Timer } from '../../ports/clock.ts';
import type { Mailbox } from './mailbox.ts';

/** A place in a lock's queue: it listens from before it is joined, so that no word comes too early. */
export class Ticket {
  readonly id = randomUUID();
  /** Told by a message: the lock is ours. */
  fence: Fence | undefined;
  #heard = false;
  #wake: () => void = () => undefined;
  readonly #silence: () => void;

  constructor(mailbox: Mailbox) {
    this.#silence = mailbox.listen(this.id, (message) => {
      if (message !== undefined) this.fence = Number(message) as Fence;
      this.#heard = true;
      this.#wake();
    });
  }

  /** Until something was heard since the last wait, or so long. */
  async wait(timer: Timer, ms: number): Promise<void> {
    if (!this.#heard) {
      await new Promise<void>((resolve) => {
        const cancel = timer.after(ms, resolve);
        this.#wake = () => {
          cancel();
          resolve();
        };
      });
    }
    this.#heard = false;
  }

  close(): void {
    this.#silence();
  }
}
