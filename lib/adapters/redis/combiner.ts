import type { Fence } from '../../domain/ids.ts';
import { isOutage, Unavailable } from '../../domain/unavailable.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Combined, CombineOptions, Combiner } from '../../ports/combiner.ts';
import type { Connection } from './client.ts';
import type { Codec } from './codec.ts';
import { type Case, casesOf, messagesTo } from './combiner-batch.ts';
import { CombinerCommands, type HandIn } from './combiner-commands.ts';
import { Inboxes, type Lead, type Told, type Word } from './combiner-inbox.ts';
import { outageAhead } from './lock-bracket.ts';
import type { Mailbox } from './mailbox.ts';

/** A waiter asks again after so long, though a leader may have longer: word may be lost. */
const LOOK_MS_MAX = 1_500;
/** So that those who waited for a dead leader do not all ask at once; the first asks for all. */
const SPREAD_MS = 100;

interface Decided<Entry, Outcome> {
  readonly fence: Fence;
  readonly cases: readonly Case<Entry>[];
  /** By id; without those that were not decided. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

type Decide<Entry, Outcome> = Parameters<Combiner<Entry, Outcome>['combine']>[3];

/**
 * Flat combining (D. Hendler, I. Incze, N. Shavit, M. Tzafrir, "Flat combining and the
 * synchronization-parallelism tradeoff", SPAA 2010) with Redis as the list where everybody puts what
 * they want done. One command hands an entry in, and one delivers a batch and hands the lead on: so
 * n entries in b batches cost n + b commands.
 *
 * What may fail, and what saves it:
 * - A leader dies or freezes. Entries leave the queue only when their outcomes are sent, so whoever
 *   asks first when the lease has run out leads the same batch, under a newer fence.
 * - A leader wakes up after its lease. If somebody has led since, it delivers nothing: its acceptances
 *   are in the store and the others find them, but a refusal of then must not be told to one whose
 *   entry may be accepted now. It takes its own place among the waiting. If nobody has, all it decided
 *   is true and is delivered.
 * - A message is lost. Everybody asks again, after at most `LOOK_MS_MAX` and when their connection
 *   broke. An entry that has left the queue, and no word comes, is handed in again under a new ticket,
 *   and is decided again; an outcome for its old ticket is not heard any more.
 * - Redis is emptied. The same: every entry is handed in again by its owner.
 * - A leader meets an outage. All who wait are told, for each would meet it in turn, seconds later.
 * - An entry can't be read, or makes `decide` throw. The owners of such a batch are told to see to
 *   their entries themselves, so that one bad entry does not go from leader to leader.
 */
export class RedisCombiner<Entry, Outcome> implements Combiner<Entry, Outcome> {
  readonly #connection: Connection;
  readonly #mailbox: Mailbox;
  readonly #clock: Clock;
  readonly #commands: CombinerCommands;
  readonly #inboxes: Inboxes;
  readonly #entries: Codec<Entry>;
  readonly #outcomes: Codec<Outcome>;

  constructor(
    redis: { connection: Connection; mailbox: Mailbox; clock: Clock },
    codecs: { entry: Codec<Entry>; outcome: Codec<Outcome> },
  ) {
    this.#connection = redis.connection;
    this.#mailbox = redis.mailbox;
    this.#clock = redis.clock;
    this.#commands = new CombinerCommands(redis.connection, redis.clock);
    this.#inboxes = new Inboxes(redis.mailbox);
    this.#entries = codecs.entry;
    this.#outcomes = codecs.outcome;
  }

  async combine(
    key: string,
    entry: Entry,
    options: CombineOptions,
    decide: Decide<Entry, Outcome>,
  ): Promise<Combined<Outcome>> {
    await this.#opened();
    const inbox = this.#inboxes.open();
    const handIn: HandIn = {
      key,
      to: this.#inboxes.address,
      payload: this.#entries.encode(entry),
      options,
      inbox,
      deadlineMs: this.#clock.nowMs() + options.waitMsMax,
      ticket: undefined,
      missing: false,
      taken: false,
    };
    try {
      return await this.#outcome(handIn, decide);
    } finally {
      this.#inboxes.close(inbox);
    }
  }

  /** Nothing has been handed in yet, whatever becomes of the subscription. */
  async #opened(): Promise<void> {
    try {
      await this.#mailbox.open();
    } catch (error) {
      throw error instanceof Unavailable ? new Unavailable('redis', 'none', error) : error;
    }
  }

  async #outcome(handIn: HandIn, decide: Decide<Entry, Outcome>): Promise<Combined<Outcome>> {
    let ledFence = 0;
    const wanted = (word: Word) =>
      word.kind === 'outage' ||
      (word.kind === 'lead' ? word.fence > ledFence : word.ticket === handIn.ticket);
    for (;;) {
      const entered = await this.#commands.enter(handIn, this.#leftMs(handIn));
      let word = entered.kind === 'lead' ? entered : await this.#heard(handIn, entered.ms, wanted);
      while (word !== undefined) {
        if (word.kind === 'told') return this.#told(handIn, word);
        if (word.kind === 'outage') throw outageAhead(word.taken || handIn.taken);
        ledFence = word.fence;
        const own = await this.#lead(handIn, word, decide);
        if (own !== undefined) return own;
        // Others may have told its outcome while it led in vain.
        word = handIn.inbox.take(wanted);
      }
      if (this.#leftMs(handIn) === 0) return this.#commands.withdraw(handIn);
    }
  }

  #leftMs({ deadlineMs }: HandIn): number {
    return Math.max(0, Math.ceil(deadlineMs - this.#clock.nowMs()));
  }

  #heard(
    handIn: HandIn,
    leaseLeftMs: number,
    wanted: (word: Word) => boolean,
  ): Promise<Word | undefined> {
    const lookMs = Math.min(leaseLeftMs, LOOK_MS_MAX) + 1 + this.#clock.random() * SPREAD_MS;
    const ms = Math.min(lookMs, this.#leftMs(handIn));
    return handIn.inbox.next(this.#connection.timer, ms, wanted);
  }

  async #told(handIn: HandIn, told: Told): Promise<Combined<Outcome>> {
    const outcome = told.outcome === undefined ? undefined : this.#outcomes.decode(told.outcome);
    if (outcome === undefined) return this.#commands.withdraw({ ...handIn, taken: true });
    return decidedAs(outcome, told.again || handIn.taken);
  }

  /** Decides a batch; one's own outcome, unless it was not in it or others decide it now. */
  async #lead(
    handIn: HandIn,
    { fence, batch }: Lead,
    decide: Decide<Entry, Outcome>,
  ): Promise<Combined<Outcome> | undefined> {
    const cases = casesOf(batch, this.#entries);
    const decided = await this.#decided(cases, (entries) => decide(entries, fence)).catch(
      async (error: unknown) => {
        if (isOutage(error))
          await this.#commands.deliverOutage(handIn, fence).catch(() => undefined);
        else await this.#deliver(handIn, { fence, cases, outcomes: new Map() });
        throw error;
      },
    );
    const delivered = await this.#deliver(handIn, { fence, cases, outcomes: decided });
    const own = cases.find(({ id }) => id === handIn.inbox.id);
    if (own === undefined || delivered === 'superseded') return undefined;
    const outcome = decided.get(own.id);
    if (outcome === undefined) return this.#commands.withdraw({ ...handIn, taken: true });
    if (delivered === 'unknown') return { kind: 'decided', outcome, doubt: 'later-leader' };
    return decidedAs(outcome, own.again || handIn.taken);
  }

  async #decided(
    cases: readonly Case<Entry>[],
    decide: (entries: readonly Entry[]) => Promise<readonly Outcome[]>,
  ): Promise<ReadonlyMap<string, Outcome>> {
    const legible = cases.flatMap(({ id, entry }) => (entry === undefined ? [] : [{ id, entry }]));
    if (legible.length === 0) return new Map();
    const outcomes = await decide(legible.map(({ entry }) => entry));
    if (outcomes.length !== legible.length) throw new Error('a batch was decided in part');
    return new Map(legible.map(({ id }, index) => [id, outcomes[index] as Outcome]));
  }

  /** An outage must not cost the leader its own outcome; the others ask when its lease is over. */
  async #deliver(
    handIn: HandIn,
    { fence, cases, outcomes }: Decided<Entry, Outcome>,
  ): Promise<'delivered' | 'superseded' | 'unknown'> {
    const others = cases.filter(({ id }) => id !== handIn.inbox.id);
    const messages = messagesTo(others, outcomes, this.#outcomes);
    const ids = cases.map(({ id }) => id);
    try {
      const delivered = await this.#commands.deliver(handIn, fence, ids, messages);
      return delivered ? 'delivered' : 'superseded';
    } catch (error) {
      if (error instanceof Unavailable) return 'unknown';
      throw error;
    }
  }
}

const decidedAs = <Outcome>(outcome: Outcome, again: boolean): Combined<Outcome> =>
  again ? { kind: 'decided', outcome, doubt: 'earlier-leader' } : { kind: 'decided', outcome };
