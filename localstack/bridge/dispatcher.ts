import type { Clock, Timer } from '../../lib/ports/clock.ts';
import { backOffMs } from './back-off.ts';
import type { KafkaMapping } from './event-source.ts';
import type { Invocation, Invoke } from './invocation.ts';
import {
  type Batch,
  cut,
  type Envelope,
  eventOf,
  isFull,
  type KafkaRecord,
  keyOf,
  type Lane,
  newLane,
  type Part,
} from './kafka-batch.ts';
import { Rests } from './rest.ts';
import { kafkaVerdict, type Verdict } from './verdict.ts';

export interface DispatcherOptions {
  readonly mapping: Pick<KafkaMapping, 'batchSize' | 'windowMs' | 'reportsFailures'>;
  readonly envelope: Envelope;
  readonly invoke: Invoke;
  readonly clock: Pick<Clock, 'nowMs' | 'random'>;
  readonly timer: Timer;
  /** All records of the partition before this offset are done: it may be committed. */
  readonly onDone: (partition: number, nextOffset: number) => void;
  /** A partition that was told to hold enough can take more. */
  readonly onRoom?: (partition: number) => void;
  readonly log?: (line: string) => void;
}

/** A partition holds this many batches, so that the next one is at hand when one is done. */
const BATCHES_HELD = 2;

/**
 * Hands a topic's records to a function as Lambda's event source mapping does.
 *
 * A partition has one batch in flight, so its records are done in their order, each at least once. One
 * event holds records of all the partitions that wait at that moment; those that get some meanwhile go
 * into another. Nothing is told to be done before the function said so, and a failed batch comes again
 * until it is done: whatever ends this in between, the records are still to be read.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #rests: Rests;
  /** Invocations and the rests after them. */
  readonly #out = new Set<Promise<void>>();
  readonly #lanes = new Map<number, Lane>();
  #cancelAlarm: () => void = () => undefined;
  #stopped = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#rests = new Rests(options.timer);
  }

  /** The partition's next records. True: it holds enough now, until `onRoom`. */
  take(partition: number, records: readonly KafkaRecord[]): boolean {
    const takenMs = this.#options.clock.nowMs();
    const lane = this.#lanes.get(partition) ?? newLane(partition);
    this.#lanes.set(partition, lane);
    lane.pending = lane.pending.concat(
      records.map((record) => {
        return { record, bytes: Buffer.byteLength(JSON.stringify(record)) + 1, takenMs };
      }),
    );
    this.#pump();
    lane.full = lane.pending.length >= BATCHES_HELD * this.#options.mapping.batchSize;
    return lane.full;
  }

  /**
   * Lets go of all that is held, since the source reads again from what was committed.
   *
   * A batch that is out stays the only one of its partitions until its end is known; then it counts
   * for nothing, since another member may own them by now.
   */
  rewind(): void {
    for (const lane of this.#lanes.values()) {
      Object.assign(lane, { pending: [], full: false, failures: 0, term: lane.term + 1 });
    }
  }

  /** Begins nothing more, and waits for what is out: what succeeds is still told to be done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelAlarm();
    this.#rests.endAll();
    while (this.#out.size > 0) await Promise.all(this.#out);
  }

  #pump(): void {
    const { mapping, clock, timer } = this.#options;
    this.#cancelAlarm();
    while (!this.#stopped) {
      const idle = [...this.#lanes.values()].filter(
        ({ busy, pending }) => !busy && pending.length > 0,
      );
      if (idle.length === 0) return;
      const oldestMs = Math.min(...idle.map(({ pending }) => pending[0]?.takenMs ?? Infinity));
      const leftMs = oldestMs + mapping.windowMs - clock.nowMs();
      if (leftMs > 0 && !isFull(idle, mapping.batchSize)) {
        this.#cancelAlarm = timer.after(leftMs, () => {
          this.#pump();
        });
        return;
      }
      this.#send(cut(idle, mapping.batchSize));
    }
  }

  #send(batch: Batch): void {
    for (const { lane } of batch) {
      lane.busy = true;
      if (lane.full && lane.pending.length < this.#options.mapping.batchSize) {
        lane.full = false;
        this.#options.onRoom?.(lane.partition);
      }
    }
    const delivery = this.#deliver(batch).then(() => {
      this.#out.delete(delivery);
      this.#pump();
    });
    this.#out.add(delivery);
  }

  async #deliver(batch: Batch): Promise<void> {
    const { envelope, invoke } = this.#options;
    for (let failures = 1; ; failures += 1) {
      const verdict = this.#verdictOn(await invoke(eventOf(batch, envelope)), batch);
      if (verdict.kind !== 'again') {
        for (const part of batch) this.#settle(part, verdict);
        return;
      }
      this.#options.log?.(`${nameOf(batch)}: again, since ${verdict.why}`);
      await this.#rest(failures);
      if (this.#stopped || batch.every(({ lane, term }) => lane.term !== term)) {
        for (const { lane } of batch) lane.busy = false;
        return;
      }
    }
  }

  #verdictOn(invocation: Invocation, batch: Batch): Verdict<string, number> {
    const offsets = new Map(
      batch.map((part) => [keyOf(part), part.held.map(({ record }) => record.offset)]),
    );
    const { reportsFailures } = this.#options.mapping;
    return kafkaVerdict(invocation, reportsFailures, (key) => offsets.get(key));
  }

  /** What the lane has behind it now, and what comes again, before all that waits. */
  #settle(part: Part, verdict: Exclude<Verdict<string, number>, { kind: 'again' }>): void {
    const { lane, held, term } = part;
    if (lane.term !== term) {
      lane.busy = false;
      return;
    }
    const resumeAt = verdict.kind === 'partly' ? verdict.resumeAt.get(keyOf(part)) : undefined;
    const first = held.findIndex(({ record }) => record.offset === resumeAt);
    const done = resumeAt === undefined ? held : held.slice(0, first);
    const last = done.at(-1)?.record;
    if (last !== undefined) this.#options.onDone(lane.partition, last.offset + 1);
    lane.failures = last === undefined ? lane.failures + 1 : 1;
    if (resumeAt === undefined) {
      lane.failures = 0;
      lane.busy = false;
      return;
    }
    lane.pending = [...held.slice(first), ...lane.pending];
    this.#options.log?.(`${keyOf(part)}: again from offset ${resumeAt}, as it was reported`);
    const resting = this.#rest(lane.failures).then(() => {
      lane.busy = false;
      this.#out.delete(resting);
      this.#pump();
    });
    this.#out.add(resting);
  }

  #rest(failures: number): Promise<void> {
    return this.#rests.rest(backOffMs(failures, this.#options.clock.random()));
  }
}

const nameOf = (batch: Batch): string =>
  batch.map((part) => `${keyOf(part)} from ${part.held[0]?.record.offset ?? '-'}`).join(', ');
