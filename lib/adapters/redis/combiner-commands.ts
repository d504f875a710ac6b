import type { Fence } from '../../domain/ids.ts';
import { Unavailable } from '../../domain/unavailable.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Combined, CombineOptions } from '../../ports/combiner.ts';
import { type Connection, script, type Script } from './client.ts';
import { DELIVER_LUA } from './combiner-deliver-script.ts';
import type { Inbox, Lead } from './combiner-inbox.ts';
import {
  combinerKeys,
  ENTER_LUA,
  type Entered,
  WITHDRAW_LUA,
  type Withdrawn,
} from './combiner-scripts.ts';
import { askTwice } from './lock-bracket.ts';

/** An entry with what is known of it. */
export interface HandIn {
  readonly key: string;
  readonly inbox: Inbox;
  /** "<channel> <name>", where word of it is sent. */
  readonly to: string;
  readonly payload: string;
  readonly options: CombineOptions;
  readonly deadlineMs: number;
  /** Its place in the queue, once it is known to be there. */
  ticket: string | undefined;
  /** It was in the queue and is not: word of it is on its way, or lost. */
  missing: boolean;
  /** It was in the queue and then was not, so a leader may have it. */
  taken: boolean;
}

/** Another leads, for so long at most. */
interface Wait {
  readonly kind: 'wait';
  readonly ms: number;
}

/** The three scripts, each asked again once if its reply was lost. */
export class CombinerCommands {
  readonly #clock: Clock;
  readonly #enter: Script<Entered>;
  readonly #deliver: Script<0 | 1>;
  readonly #withdraw: Script<Withdrawn>;
  /** How often the connection broke. */
  #breaks = 0;

  constructor(connection: Connection, clock: Clock) {
    this.#clock = clock;
    this.#enter = script(connection, 'combinerEnter', ENTER_LUA);
    this.#deliver = script(connection, 'combinerDeliver', DELIVER_LUA);
    this.#withdraw = script(connection, 'combinerWithdraw', WITHDRAW_LUA);
    connection.redis.on('close', () => {
      this.#breaks += 1;
    });
  }

  /**
   * Hands an entry in, or asks how it stands.
   *
   * A question whose reply was lost is asked again on the same connection only: there it can't
   * arrive after its repetition. From a broken one it may arrive at any time and put the entry into
   * the queue after all was told, so its fate is unknown.
   */
  async enter(handIn: HandIn, waitMs: number): Promise<Wait | Lead> {
    const { inbox, options, to, ticket } = handIn;
    const payload = ticket === undefined || handIn.missing ? handIn.payload : '';
    const { leaseMs, entriesMax, fenceAbove = 0 } = options;
    const args = [inbox.id, Math.ceil(leaseMs), entriesMax, fenceAbove, waitMs, to, payload];
    let breaks: number | undefined;
    const asked = (): Promise<Entered> => {
      if (breaks !== undefined && breaks !== this.#breaks)
        return Promise.reject(new Unavailable('redis', 'unknown'));
      breaks = this.#breaks;
      return this.#enter(combinerKeys(handIn.key), args);
    };
    const entered = await this.#ask(asked, ticket === undefined ? 'none' : 'unknown');
    handIn.missing = entered[0] === 'missing';
    // It is handed in again when the word has had a moment to arrive.
    if (entered[0] === 'missing') return { kind: 'wait', ms: 0 };
    handIn.ticket = entered[1];
    if (entered[2] === 1 && ticket !== undefined) handIn.taken = true;
    if (entered[0] === 'wait') return { kind: 'wait', ms: entered[3] };
    return { kind: 'lead', fence: Number(entered[3]) as Fence, batch: entered[4] };
  }

  /** Sends what was decided and hands the lead on; false if another has led since. */
  async deliver(
    { key, options }: HandIn,
    fence: Fence,
    ids: readonly string[],
    messages: readonly (readonly [channel: string, message: string])[],
  ): Promise<boolean> {
    const { leaseMs, entriesMax } = options;
    const args = [fence, Math.ceil(leaseMs), entriesMax, 0, ids.length, ...ids];
    const sent = messages.flat();
    const asked = () => this.#deliver(combinerKeys(key), [...args, ...sent]);
    return (await this.#ask(asked, 'unknown')) === 1;
  }

  /** Tells all who wait that the batch met an outage, and leaves the lead to who comes next. */
  async deliverOutage({ key, inbox, options }: HandIn, fence: Fence): Promise<void> {
    const { leaseMs, entriesMax } = options;
    const args = [fence, Math.ceil(leaseMs), entriesMax, 1, 1, inbox.id];
    await this.#ask(() => this.#deliver(combinerKeys(key), args), 'unknown');
  }

  /** Takes an entry back, or learns the fence under which to find out what became of it. */
  async withdraw({ key, inbox, options, taken }: HandIn): Promise<Combined<never>> {
    const { leaseMs, entriesMax, fenceAbove = 0 } = options;
    const args = [inbox.id, Math.ceil(leaseMs), entriesMax, fenceAbove, taken ? 1 : 0];
    const asked = () => this.#withdraw(combinerKeys(key), args);
    const [kind, fence] = await this.#ask(asked, 'unknown');
    return kind === 'open' ? { kind, fence: Number(fence) as Fence } : { kind };
  }

  /**
   * `fate` is what is known of the entry if the command did nothing. Throws `Unavailable` within a
   * second.
   */
  async #ask<Reply>(ask: () => Promise<Reply>, fate: Unavailable['fate']): Promise<Reply> {
    let tries = 0;
    const counted = () => {
      tries += 1;
      return ask();
    };
    try {
      return await askTwice(this.#clock, counted);
    } catch (error) {
      throw error instanceof Unavailable ? as(error, tries === 1 ? fate : 'unknown') : error;
    }
  }
}

const as = (error: Unavailable, fate: Unavailable['fate']): Unavailable =>
  new Unavailable('redis', error.fate === 'none' ? fate : 'unknown', error);
