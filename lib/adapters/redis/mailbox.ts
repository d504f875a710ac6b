import { randomUUID } from 'node:crypto';
import { Unavailable } from '../../domain/unavailable.ts';
import type { Timer } from '../../ports/clock.ts';
import { connect, type Connection, send } from './client.ts';

/** Told a message, or nothing when some may have been lost: what was waited for may be there. */
type Hear = (message: string | undefined) => void;
/** Told that the server does not answer. */
type Lament = (outage: Unavailable) => void;

/**
 * After so long without a message the server is asked for a sign of life: with a second ping after one
 * without answer, those who wait are told of a frozen server in 1.0 to 1.4 s.
 */
const BEAT_MS = 400;

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
  readonly #lamenters = new Map<string, Lament>();
  #beating = false;
  /** Something came in since the last beat. */
  #lively = false;
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
   * connection breaks and when it is there again. Who laments has the server asked for a sign of life
   * whenever it is silent, with all others of this process together.
   */
  listen(name: string, hear: Hear, lament?: Lament): () => void {
    this.#listeners.set(name, hear);
    if (lament !== undefined) {
      this.#lamenters.set(name, lament);
      this.#beat();
    }
    return () => {
      this.#listeners.delete(name);
      this.#lamenters.delete(name);
    };
  }

  close(): void {
    this.#subscriber?.redis.disconnect();
  }

  #beat(): void {
    if (this.#beating) return;
    this.#beating = true;
    this.#timer.after(BEAT_MS, () => {
      void this.#asked().then((outage) => {
        this.#beating = false;
        this.#lively = false;
        if (outage !== undefined)
          for (const lament of [...this.#lamenters.values()]) lament(outage);
        if (this.#lamenters.size > 0) this.#beat();
      });
    });
  }

  /** The outage, if the server gives no sign of life though asked twice. */
  async #asked(): Promise<Unavailable | undefined> {
    let outage: Unavailable | undefined;
    for (let tries = 0; tries < 2; tries += 1) {
      const subscriber = this.#subscriber;
      if (subscriber === undefined || this.#lamenters.size === 0) return undefined;
      if (this.#lively) return undefined;
      try {
        await send(subscriber, (redis) => redis.ping());
        return undefined;
      } catch (error) {
        outage = new Unavailable('redis', 'unknown', error);
      }
    }
    return outage;
  }

  async #subscribe(): Promise<void> {
    const subscriber = (this.#subscriber = connect(this.#url, this.#timer));
    subscriber.redis.on('message', (_channel, message: string) => {
      this.#lively = true;
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
