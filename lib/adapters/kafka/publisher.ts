import type { Message } from 'kafkajs';
import { Unavailable } from '../../domain/unavailable.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { Outgoing, Publisher, RecordPlace } from '../../ports/publisher.ts';
import { type Load, loadsOf } from './messages.ts';
import { Outbox, type Parcel } from './outbox.ts';
import { rootOf, told, type Trouble, troubleOf, Unanswered } from './refusals.ts';
import { Sender, type SenderSettings } from './sender.ts';

/** An outage must be told within 3 s; this leaves room for the answer itself. */
const PUBLISH_MS_MAX = 2_400;
/**
 * A connection may have died unseen while a function slept, so there is time for a second one. A new one
 * is not cut short: on a container that starts it takes two logins under TLS, and what times out begins
 * anew. A broker that is mute there takes all of a publish's time.
 */
const ATTEMPT_MS_MAX = 1_100;
/** With less time than this, records are not sent: it would only leave a doubt. */
const ATTEMPT_MS_MIN = 200;
const TRIES_MAX = 3;
const PAUSE_MS = 100;

export interface PublisherSettings extends SenderSettings {
  readonly clock: Clock;
  readonly timer: Timer;
}

/**
 * The way into Kafka, made of KafkaJS: all replicas in sync have what it says is published. It
 * connects with the first record, and again after an outage.
 *
 * Its own few tries are the only ones: KafkaJS makes none, and nobody around this makes more.
 * KafkaJS' idempotent producer would retry without end; readers know a record that they met.
 */
export class KafkaPublisher implements Publisher {
  readonly #settings: PublisherSettings;
  readonly #outbox = new Outbox((batch) => this.#deliver(batch));
  #sender: Sender | undefined;

  constructor(settings: PublisherSettings) {
    this.#settings = settings;
  }

  async publish(topic: string, records: readonly Outgoing[]): Promise<readonly RecordPlace[]> {
    const untilMs = this.#settings.clock.nowMs() + PUBLISH_MS_MAX;
    const places: RecordPlace[] = [];
    for (const load of loadsOf(records)) {
      try {
        places.push(...(await this.#enqueue(topic, load, untilMs)));
      } catch (error) {
        if (!(error instanceof Unavailable) || places.length === 0) throw error;
        throw new Unavailable(error.engine, 'unknown', error);
      }
    }
    return places;
  }

  /** Hangs up; what is under way may fail. */
  async close(): Promise<void> {
    const sender = this.#sender;
    this.#sender = undefined;
    await sender?.close();
  }

  #enqueue(topic: string, load: Load, untilMs: number): Promise<readonly RecordPlace[]> {
    return new Promise((resolve, reject) => {
      this.#outbox.add({ topic, ...load, untilMs, resolve, reject });
    });
  }

  async #deliver(batch: readonly Parcel[]): Promise<void> {
    const { clock } = this.#settings;
    const startMs = clock.nowMs();
    const timely = batch.filter(({ untilMs }) => untilMs - startMs >= ATTEMPT_MS_MIN);
    for (const parcel of batch) {
      if (!timely.includes(parcel)) parcel.reject(new Unavailable('kafka', 'none'));
    }
    const [first, ...others] = timely;
    if (first === undefined) return;
    const sent = await this.#persist(
      first.topic,
      timely.flatMap(({ messages }) => messages),
      first.untilMs,
    );
    if (sent.kind === 'placed') hand(timely, sent.places);
    // Only one of them need be at fault: each goes by itself, and that one is told.
    else if (sent.trouble === 'tooLarge' && others.length > 0) {
      for (const parcel of timely) await this.#deliver([parcel]);
    } else for (const parcel of timely) parcel.reject(sent.error);
  }

  /** Tries until the records are there, the broker refuses them, or the time is over. */
  async #persist(topic: string, messages: readonly Message[], untilMs: number): Promise<Sent> {
    const { clock } = this.#settings;
    let fate: Unavailable['fate'] = 'none';
    for (let tries = 1; ; tries += 1) {
      const sender = (this.#sender ??= new Sender(this.#settings));
      try {
        const leftMs = untilMs - clock.nowMs();
        const msMax = sender.hasSent ? Math.min(ATTEMPT_MS_MAX, leftMs) : leftMs;
        return { kind: 'placed', places: await this.#within(msMax, sender.send(topic, messages)) };
      } catch (error) {
        if (sender.mayHaveSent(messages)) fate = 'unknown';
        const cause = rootOf(error);
        const trouble = troubleOf(cause);
        // A record that is too large is no fault of the connection; anything else may be.
        if (trouble !== 'tooLarge') this.#abandon(sender);
        const pauseMs = PAUSE_MS * tries * (0.5 + clock.random());
        const passing = trouble === 'outage' || trouble === 'unknownTopic';
        const over = clock.nowMs() + pauseMs + ATTEMPT_MS_MIN > untilMs;
        if (!passing || tries === TRIES_MAX || over) {
          return { kind: 'failed', trouble, error: told(trouble, { topic, fate, cause }) };
        }
        await clock.sleep(pauseMs);
      }
    }
  }

  #abandon(sender: Sender): void {
    if (this.#sender === sender) this.#sender = undefined;
    sender.abandon();
  }

  #within<T>(ms: number, work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.#settings.timer.after(ms, () => {
        reject(new Unanswered(ms));
      });
      work.then(resolve, reject).finally(cancel);
    });
  }
}

type Sent =
  | { readonly kind: 'placed'; readonly places: readonly RecordPlace[] }
  | { readonly kind: 'failed'; readonly trouble: Trouble; readonly error: unknown };

/** Gives each parcel the places of its own records. */
function hand(parcels: readonly Parcel[], places: readonly RecordPlace[]): void {
  let from = 0;
  for (const { messages, resolve } of parcels)
    resolve(places.slice(from, (from += messages.length)));
}

/** A publisher to these brokers. */
export const kafkaPublisher = (settings: PublisherSettings): KafkaPublisher =>
  new KafkaPublisher(settings);
