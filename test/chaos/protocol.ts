import type { Fence, KeyToken, OrderId, Sku, UserId } from '../../lib/domain/ids.ts';
import type { PlaceOrderOutcome } from '../../lib/usecases/place-order.ts';

/** One unit for one customer: the same order under the same key, however often it is sent. */
export interface ChaosOrder {
  readonly sku: Sku;
  readonly userId: UserId;
  readonly token: KeyToken;
}

/** What is broken on purpose, to see whether the suite notices. */
export type Mutant =
  /** The store is not told under which fence it writes. */
  | 'unfenced'
  /** Whoever leaves frees the lock, whoever holds it by then. */
  | 'frees-any'
  /** A leader tells the others of a batch that it never wrote. */
  | 'tells-unwritten'
  /** Some are told that nothing is left, and nobody has looked. */
  | 'refuses-unseen'
  /** Some are told that nothing happened, when their order was placed. */
  | 'denies-placed';

export interface WorkerSettings {
  readonly redisUrl: string;
  readonly endpoint: string;
  readonly tablePrefix: string;
  readonly leaseMs: number;
  /** How long one request goes on trying. */
  readonly requestMsMax: number;
  readonly seed: number;
  /** The share of Redis commands whose replies are lost. */
  readonly lostReplies: number;
  /** How long a holder takes before it writes. */
  readonly dwellMs: number;
  readonly mutant?: Mutant | undefined;
}

/** What becomes of a worker that holds a lock and is about to write. */
export type Fate =
  | { readonly kind: 'none' }
  /** It stands still for so long, before it writes or when it has written and told nobody. */
  | { readonly kind: 'frozen'; readonly when: 'before' | 'after'; readonly ms: number }
  /** It waits for its end when it has written. */
  | { readonly kind: 'halted' };

/** A stay under a lock. Times are in ms since the epoch; the fence is the server's, in µs. */
export interface Bracket {
  readonly sku: Sku;
  readonly fence: Fence;
  /** Before the lock was released; absent if its holder never came so far. */
  readonly leftMs?: number;
}

/** One write. Times are in ms since the epoch. */
export interface Write {
  readonly sku: Sku;
  /** Absent if no lock was held. */
  readonly fence?: Fence | undefined;
  readonly startedMs: number;
  readonly endedMs: number;
  /** To whom it was to sell. */
  readonly orderIds: readonly OrderId[];
  /** 0, too, if no answer told what became of it. */
  readonly soldUnits: number;
  /** The store turned the fence away. */
  readonly stale: boolean;
}

export type Answer =
  | PlaceOrderOutcome
  /** An engine was away; the same key settles it. */
  | { readonly kind: 'unavailable' };

/** What became of one request for an order; one that was killed or stood still may have placed it. */
export interface Told {
  readonly kind: Answer['kind'] | 'killed' | 'frozen';
  readonly atMs: number;
}

export type ToWorker =
  | { readonly kind: 'place'; readonly order: ChaosOrder; readonly requestMsMax?: number }
  | { readonly kind: 'fate'; readonly fate: Fate };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'bracket'; readonly bracket: Bracket }
  | { readonly kind: 'holding' }
  | { readonly kind: 'wrote'; readonly write: Write }
  | { readonly kind: 'thawed'; readonly frozenMs: number }
  | {
      readonly kind: 'answer';
      readonly answer: Answer;
      readonly atMs: number;
      readonly lostReplies: number;
    }
  | { readonly kind: 'bug'; readonly text: string };
