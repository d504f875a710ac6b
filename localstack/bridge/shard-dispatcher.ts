import type { DynamoDBRecord } from 'aws-lambda';
import type { Clock, Timer } from '../../lib/ports/clock.ts';
import { backOffMs } from './back-off.ts';
import type { StreamMapping } from './event-source.ts';
import type { Invoke } from './invocation.ts';
import { EVENT_BYTES_MAX } from './kafka-batch.ts';
import { Rests } from './rest.ts';
import { handOver, sequenceNumberOf } from './shard-batch.ts';

export interface Shard {
  readonly shardId: string;
  readonly parentShardId?: string | undefined;
}

/** Where reading a shard begins. */
export type ShardPosition =
  | { readonly kind: 'TRIM_HORIZON' }
  | { readonly kind: 'LATEST' }
  | { readonly kind: 'after'; readonly sequenceNumber: string };

/** What comes next in a shard; `ended`: nothing comes after it. */
export interface Page {
  readonly records: readonly DynamoDBRecord[];
  readonly ended: boolean;
}

/** A table's stream. */
export interface Shards {
  list(): Promise<readonly Shard[]>;
  /** Answers a function that reads page after page; after a failure, the shard is opened anew. */
  open(shardId: string, position: ShardPosition): Promise<() => Promise<Page>>;
}

/** How far a shard is done; it has to outlive the bridge's process. */
export type Checkpoint =
  { readonly kind: 'after'; readonly sequenceNumber: string } | { kind: 'end' };
export interface Checkpoints {
  find(shardId: string): Promise<Checkpoint | undefined>;
  keep(shardId: string, checkpoint: Checkpoint): Promise<void>;
}

export interface ShardDispatcherOptions {
  readonly mapping: Omit<StreamMapping, 'kind' | 'functionName' | 'table'>;
  readonly shards: Shards;
  readonly checkpoints: Checkpoints;
  readonly invoke: Invoke;
  readonly clock: Pick<Clock, 'nowMs' | 'random'>;
  readonly timer: Timer;
  readonly onGivenUp: (records: readonly DynamoDBRecord[], why: string) => void;
  readonly log: (line: string) => void;
}

/** As often as Lambda asks a shard for more. */
const POLL_MS = 250;
const LIST_MS = 1_000;

/**
 * Hands a stream's records to a function as Lambda does: shard by shard in their order, one batch in
 * flight for each, and a shard only when its parent is done, so that a key's changes keep their order.
 */
export class ShardDispatcher {
  readonly #options: ShardDispatcherOptions;
  readonly #rests: Rests;
  readonly #ended = new Set<string>();
  readonly #reading = new Map<string, Promise<void>>();
  #listing: Promise<void> | undefined;

  constructor(options: ShardDispatcherOptions) {
    this.#options = options;
    this.#rests = new Rests(options.timer);
  }

  /** Resolves when the shards that are there are being read. */
  async start(): Promise<void> {
    await this.#readNew(this.#options.mapping.startingPosition);
    this.#listing = this.#keepListing();
  }

  /** Begins nothing more, and waits for what is out. */
  async stop(): Promise<void> {
    this.#rests.endAll();
    await this.#listing;
    await Promise.all(this.#reading.values());
  }

  async #keepListing(): Promise<void> {
    while (!this.#rests.over()) {
      await this.#rests.rest(LIST_MS);
      if (this.#rests.over()) return;
      // What appears while we read is new as a whole.
      await this.#readNew('TRIM_HORIZON').catch((error: unknown) => {
        this.#options.log(`the shards can't be listed: ${String(error)}`);
      });
    }
  }

  async #readNew(kind: 'TRIM_HORIZON' | 'LATEST'): Promise<void> {
    const { shards, checkpoints } = this.#options;
    const listed = await shards.list();
    const there = new Set(listed.map(({ shardId }) => shardId));
    for (const { shardId, parentShardId } of listed) {
      if (this.#reading.has(shardId) || this.#ended.has(shardId)) continue;
      const parentOpen =
        parentShardId !== undefined && there.has(parentShardId) && !this.#ended.has(parentShardId);
      if (parentOpen) continue;
      const checkpoint = await checkpoints.find(shardId);
      if (checkpoint?.kind === 'end') this.#ended.add(shardId);
      else this.#start(shardId, checkpoint ?? { kind });
    }
  }

  #start(shardId: string, position: ShardPosition): void {
    const reading = this.#read(shardId, position)
      .catch((error: unknown) => {
        this.#options.log(`${shardId} is begun again: ${String(error)}`);
      })
      .finally(() => this.#reading.delete(shardId));
    this.#reading.set(shardId, reading);
  }

  /** Reads a shard to its end. */
  async #read(shardId: string, start: ShardPosition): Promise<void> {
    const { mapping, checkpoints } = this.#options;
    let held: readonly DynamoDBRecord[] = [];
    let sinceMs = 0;
    const next = this.#pagesOf(shardId, start);
    for (let ended = false; !this.#rests.over();) {
      if (!ended && held.length < mapping.batchSize) {
        const page = await next();
        if (this.#rests.over()) return;
        if (held.length === 0) sinceMs = this.#options.clock.nowMs();
        held = [...held, ...page.records];
        ended = page.ended;
      }
      const overMs = sinceMs + mapping.windowMs;
      const due = held.length >= mapping.batchSize || this.#options.clock.nowMs() >= overMs;
      if (held.length > 0 && (due || ended)) {
        const batch = held.slice(0, fitting(held, mapping.batchSize));
        await this.#handOver(shardId, batch);
        held = held.slice(batch.length);
      } else if (ended) {
        await checkpoints.keep(shardId, { kind: 'end' });
        this.#ended.add(shardId);
        return;
      } else await this.#rests.rest(POLL_MS);
    }
  }

  /** Reads page after page, over any failure. */
  #pagesOf(shardId: string, start: ShardPosition): () => Promise<Page> {
    let position = start;
    let read: (() => Promise<Page>) | undefined;
    return async () => {
      for (let failures = 1; !this.#rests.over(); failures += 1) {
        try {
          read ??= await this.#options.shards.open(shardId, position);
          const page = await read();
          const last = page.records.at(-1);
          if (last) position = { kind: 'after', sequenceNumber: sequenceNumberOf(last) };
          return page;
        } catch (error) {
          this.#options.log(`${shardId} can't be read: ${String(error)}`);
          read = undefined;
          await this.#rests.rest(backOffMs(failures, this.#options.clock.random()));
        }
      }
      return { records: [], ended: false };
    };
  }

  async #handOver(shardId: string, batch: readonly DynamoDBRecord[]): Promise<void> {
    const { checkpoints, log } = this.#options;
    await handOver(batch, {
      ...this.#options,
      rests: this.#rests,
      stopped: () => this.#rests.over(),
      onDone: async (sequenceNumber) => {
        await checkpoints.keep(shardId, { kind: 'after', sequenceNumber });
      },
      log: (line) => {
        log(`${shardId} ${line}`);
      },
    });
  }
}

/** How many records from the front one event holds. */
function fitting(records: readonly DynamoDBRecord[], batchSize: number): number {
  let bytes = 0;
  const over = records.findIndex((record) => {
    bytes += Buffer.byteLength(JSON.stringify(record)) + 1;
    return bytes > EVENT_BYTES_MAX;
  });
  return Math.min(batchSize, over === -1 ? records.length : Math.max(1, over));
}
