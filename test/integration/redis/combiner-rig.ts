import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec } from '../../../lib/adapters/redis/codec.ts';
import { connect, type Connection } from '../../../lib/adapters/redis/client.ts';
import { RedisCombiner } from '../../../lib/adapters/redis/combiner.ts';
import { Mailbox } from '../../../lib/adapters/redis/mailbox.ts';
import type { Fence } from '../../../lib/domain/ids.ts';
import type { Combined, CombineOptions } from '../../../lib/ports/combiner.ts';
import { systemClock, systemTimer } from '../../../lib/runtime/clock.ts';

/** An id, and what its row will say. */
export type Entry = string;
/** What the row says, or that the fence was too old. */
export type Outcome = { row: string } | { superseded: number };
export type Decide = (entries: readonly Entry[], fence: Fence) => Promise<readonly Outcome[]>;

const json = <Value>(): Codec<Value> => ({
  encode: (value) => JSON.stringify(value),
  decode: (text) => {
    try {
      return JSON.parse(text) as Value;
    } catch {
      return undefined;
    }
  },
});

/** Hears no message that `loses` points out, unless it is late. */
class LossyMailbox extends Mailbox {
  loses: (message: string) => boolean = () => false;
  #late: (() => void)[] = [];

  override listen(name: string, hear: (message: string | undefined) => void): () => void {
    return super.listen(name, (message) => {
      if (message === undefined || !this.loses(message)) hear(message);
      else
        this.#late.push(() => {
          hear(message);
        });
    });
  }

  /** What was lost arrives. */
  arrive(): void {
    for (const hear of this.#late.splice(0)) hear();
  }
}

export type ScriptName = 'combinerEnter' | 'combinerDeliver' | 'combinerWithdraw';

/** One process that takes part, with its own connections. */
export class Party {
  readonly connection: Connection;
  readonly mailbox: LossyMailbox;
  readonly combiner: RedisCombiner<Entry, Outcome>;
  /** The commands that it sent, by name; not the subscription. */
  readonly sent: string[] = [];

  constructor(url: string, codecs = { entry: json<Entry>(), outcome: json<Outcome>() }) {
    this.connection = connect(url, systemTimer);
    this.mailbox = new LossyMailbox(url, systemTimer);
    const { connection, mailbox } = this;
    this.combiner = new RedisCombiner({ connection, mailbox, clock: systemClock }, codecs);
    const { redis } = connection;
    const send = redis.sendCommand.bind(redis);
    redis.sendCommand = (command, stream) => {
      this.sent.push(command.name);
      return send(command, stream);
    };
  }

  combine(
    key: string,
    entry: Entry,
    decide: Decide,
    options: Partial<CombineOptions> = {},
  ): Promise<Combined<Outcome>> {
    const all = { leaseMs: 2_000, waitMsMax: 15_000, entriesMax: 99, ...options };
    return this.combiner.combine(key, entry, all, decide);
  }

  /** The next calls of a script go wrong: their replies, or they themselves, are lost. */
  lose(name: ScriptName, what: 'reply' | 'request', times = 1): void {
    type Run = (...words: unknown[]) => Promise<unknown>;
    const scripts = this.connection.redis as unknown as Record<ScriptName, Run>;
    const run = scripts[name].bind(scripts);
    let left = times;
    scripts[name] = async (...words) => {
      if (left <= 0) return run(...words);
      left -= 1;
      if (what === 'reply') await run(...words);
      throw new Error('Command timed out');
    };
  }

  close(): void {
    this.connection.redis.disconnect();
    this.mailbox.close();
  }
}

/** Rows that are put if absent, under a fence; and everything that was asked of them. */
export class Table {
  readonly rows = new Map<Entry, Fence>();
  readonly batches: (readonly Entry[])[] = [];
  /** How long a transaction takes. */
  ms = 5;
  #fence = 0;

  readonly decide: Decide = async (entries, fence) => {
    await sleep(this.ms);
    return this.commit(entries, fence);
  };

  commit(entries: readonly Entry[], fence: Fence): readonly Outcome[] {
    if (fence < this.#fence) return entries.map(() => ({ superseded: this.#fence }));
    this.#fence = fence;
    this.batches.push(entries);
    return entries.map((entry) => {
      if (!this.rows.has(entry)) this.rows.set(entry, fence);
      return { row: entry };
    });
  }

  /** How often each entry was decided, if not once. */
  get odd(): [Entry, number][] {
    const count = new Map<Entry, number>();
    for (const entry of this.batches.flat()) count.set(entry, (count.get(entry) ?? 0) + 1);
    return [...count].filter(([, times]) => times !== 1);
  }
}

export const names = (prefix: string, count: number): Entry[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(3, '0')}`);

/** A turn after which what was sent before has arrived, on a machine that is busy. */
export const moment = (ms = 50): Promise<void> => sleep(ms);

export async function until(met: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 10_000;
  while (!(await met())) {
    if (Date.now() > endMs) throw new Error(`never: ${met.toString()}`);
    await sleep(5);
  }
}
