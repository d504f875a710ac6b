import type { Fence } from '../domain/ids.ts';

export interface CombineOptions {
  /** How long a leader has for one batch before others go on without it. */
  readonly leaseMs: number;
  /** How long to wait for one's outcome. */
  readonly waitMsMax: number;
  readonly entriesMax: number;
  /** The store has seen this fence: only a newer one is of use. */
  readonly fenceAbove?: Fence | undefined;
}

export type Combined<Outcome> =
  | {
      readonly kind: 'decided';
      readonly outcome: Outcome;
      /**
       * Who may still decide the entry otherwise. `earlier-leader`: one that had it and fell silent,
       * until the store has seen a newer fence. `later-leader`: whoever finds it in the queue, for it
       * could not be taken out.
       */
      readonly doubt?: 'earlier-leader' | 'later-leader';
    }
  /** Taken back in time: no leader ever had the entry. */
  | { readonly kind: 'withdrawn' }
  /**
   * A leader had the entry and did not tell what became of it. Whoever handed it in finds out under
   * this fence, which no leader of before can pass.
   */
  | { readonly kind: 'open'; readonly fence: Fence };

/**
 * Entries that arrive while others are being decided are decided together, by one of those who
 * handed them in: the leader. Throws `Unavailable` on an outage.
 */
export interface Combiner<Entry, Outcome> {
  /**
   * Hands in an entry and waits for its outcome. `decide` is called if this caller becomes a leader,
   * with entries in their order of arrival; its outcomes are delivered to those who wait. What it
   * throws is this caller's; the others then see to their entries themselves, but `Unavailable` is told
   * to all who wait: each would meet the outage in turn, and hear of it too late.
   */
  combine(
    key: string,
    entry: Entry,
    options: CombineOptions,
    decide: (entries: readonly Entry[], fence: Fence) => Promise<readonly Outcome[]>,
  ): Promise<Combined<Outcome>>;
}
