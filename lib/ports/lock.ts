import type { Fence } from '../domain/ids.ts';

export interface HoldOptions {
  /** How long the lock is ours without a release: as long as the work may need, for it is not renewed. */
  readonly leaseMs: number;
  /** How long to wait for others. */
  readonly waitMsMax: number;
  /** The store has seen this fence: only a newer one is of use. */
  readonly fenceAbove?: Fence | undefined;
}

export type Held<T> =
  | {
      readonly kind: 'held';
      readonly value: T;
      /** The lock was somebody else's by the time the work was done. */
      readonly lost: boolean;
    }
  /** Others held it all the time; the work was not begun. */
  | { readonly kind: 'busy' };

/**
 * Mutual exclusion by key, for as long as `work` runs.
 *
 * A lease keeps others from trying in vain; it does not make writes safe, since a paused process can
 * outlive it. The fence does: the store turns away a write with an older one than it has seen.
 * Throws `Unavailable` on an outage, and what the work throws. If the work throws `Unavailable`, all
 * who wait are told so at once: each would meet the outage in turn, and hear of it too late.
 */
export interface Lock {
  hold<T>(key: string, options: HoldOptions, work: (fence: Fence) => Promise<T>): Promise<Held<T>>;
}
