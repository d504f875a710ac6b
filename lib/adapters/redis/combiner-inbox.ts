import { randomUUID } from 'node:crypto';
import type { Fence } from '../../domain/ids.ts';
import type { Timer } from '../../ports/clock.ts';
import type { Shown } from './combiner-scripts.ts';
import type { Mailbox } from './mailbox.ts';

/** One waiter is the leader of this batch. */
export interface Lead {
  readonly kind: 'lead';
  readonly fence: Fence;
  readonly batch: readonly Shown[];
}

/** What a leader decided. */
export interface Told {
  readonly kind: 'told';
  /** Of the entry that was decided: one that was handed in again since has another. */
  readonly ticket: string;
  /** An earlier leader had it as well. */
  readonly again: boolean;
  /** Undefined if it was not decided and the waiter must see to it itself. */
  readonly outcome: string | undefined;
}

/** A leader met an outage. */
export interface Outage {
  readonly kind: 'outage';
  /** A leader had the entry, so it may have been decided. */
  readonly taken: boolean;
}

export type Word = Lead | Told | Outage;

/** A message of a leader to a process, and one of the queue to whoever is to lead. */
type Message =
  | readonly ['told', readonly (readonly [string, string, 0 | 1, string | null])[]]
  | readonly ['lead', string, string, readonly Shown[]]
  | readonly ['outage', readonly (readonly [string, 0 | 1])[]];

/** What has come for one waiter, from before its entry is handed in, so that nothing comes too early. */
export class Inbox {
  readonly id = randomUUID();
  readonly #words: Word[] = [];
  #stirred = false;
  #wake: () => void = () => undefined;

  put(word: Word | undefined): void {
    if (word === undefined) this.#stirred = true;
    else this.#words.push(word);
    this.#wake();
  }

  /** The next word of interest that has come; what is before it is thrown away. */
  take(wanted: (word: Word) => boolean): Word | undefined {
    for (let word = this.#words.shift(); word !== undefined; word = this.#words.shift()) {
      if (wanted(word)) return word;
    }
    return undefined;
  }

  /**
   * The next word of interest; undefined if none came in so many ms, or when some may have been lost:
   * either way it is time to ask.
   */
  async next(timer: Timer, ms: number, wanted: (word: Word) => boolean): Promise<Word | undefined> {
    const cancel = timer.after(ms, () => {
      this.put(undefined);
    });
    try {
      let word = this.take(wanted);
      while (word === undefined && !this.#stirred) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        word = this.take(wanted);
      }
      return word;
    } finally {
      cancel();
      this.#stirred = false;
    }
  }
}

/** All waiters of a process, reached under one name, so that one message serves several. */
export class Inboxes {
  /** "<channel> <name>", as a script publishes to it. */
  readonly address: string;
  readonly #inboxes = new Map<string, Inbox>();

  constructor(mailbox: Mailbox) {
    const name = `combiner:${randomUUID()}`;
    this.address = `${mailbox.address} ${name}`;
    mailbox.listen(name, (message) => {
      if (message === undefined) for (const inbox of this.#inboxes.values()) inbox.put(undefined);
      // An empty one only asks whether anybody listens.
      else if (message !== '') this.#sort(JSON.parse(message) as Message);
    });
  }

  open(): Inbox {
    const inbox = new Inbox();
    this.#inboxes.set(inbox.id, inbox);
    return inbox;
  }

  close({ id }: Inbox): void {
    this.#inboxes.delete(id);
  }

  #sort(message: Message): void {
    if (message[0] === 'lead') {
      const [, id, fence, batch] = message;
      this.#inboxes.get(id)?.put({ kind: 'lead', fence: Number(fence) as Fence, batch });
      return;
    }
    if (message[0] === 'outage') {
      for (const [id, taken] of message[1]) {
        this.#inboxes.get(id)?.put({ kind: 'outage', taken: taken === 1 });
      }
      return;
    }
    for (const [id, ticket, again, outcome] of message[1]) {
      const word = { ticket, again: again === 1, outcome: outcome ?? undefined };
      this.#inboxes.get(id)?.put({ kind: 'told', ...word });
    }
  }
}
