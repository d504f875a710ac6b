import { randomUUID } from 'node:crypto';
import type { Timer } from '../../ports/clock.ts';
import { connect, type Connection, send } from './client.ts';

/** Told a message, or nothing when some may have been lost: what was waited for may be there. */
type Hear = (message: string | undefined) => void;

/**
 * Where the others reach those who wait in this process: one channel on one connection, opened at the
 * first wait, for all locks together. A message is the name of whoever it is for, a space, and the
 * rest. It may be lost, so nobody waits without a timer; and a channel is no key, so a script may
 * publish to any of them, in a cluster too.
 */
export class Mailbox {
  readonly address = `mail:${randomUUID()}`;
  readonly #url: string;
  readonly #timer: Timer;
  readonly #listeners = new Map<string, Hear>();
  #subscriber: Connection | undefined;
  #open: Promise<void> | undefined;

  constructor(url: string, timer: Timer) {
    this.#url = url;
    this.#timer = timer;
  }

  /** Resolves once messages arrive; throws `Unavailable` on an outage. */
  open(): Promise<void> {
    this.#open ??= this.#subscribe().catch((error: unknown) => {
      this.close();
      this.#open = undefined;
      throw error;
    });
    return this.#open;
  }

  /**
   * Hears all messages for a name, until what this returns is called; and nothing, when the
   * connection breaks and when it is there again.
   */
  listen(name: string, hear: Hear): () => void {
    this.#listeners.set(name, hear);
    return () => {
      this.#listeners.delete(name);
    };
  }

  close(): void {
    this.#subscriber?.redis.disconnect();
  }

  async #subscribe(): Promise<void> {
    const subscriber = (this.#subscriber = connect(this.#url, this.#timer));
    subscriber.redis.on('message', (_channel, message: string) => {
      const space = message.indexOf(' ');
      this.#listeners.get(message.slice(0, space))?.(message.slice(space + 1));
    });
    const subscribe = () => send(subscriber, (redis) => redis.subscribe(this.address));
    await subscribe();
    const stir = () => {
      for (const hear of [...this.#listeners.values()]) hear(undefined);
    };
    subscriber.redis.on('close', stir);
    // What was sent while the connection was away is lost; what is sent from here on is not.
    subscriber.redis.on('ready', () => {
      // A connection that hears nothing is of no use: the next one may.
      subscribe().then(stir, () => {
        subscriber.redis.disconnect(true);
      });
    });
  }
}
