/** What befell a round, and how long it took. */
export interface Counts {
  readonly orders: number;
  readonly requests: number;
  readonly sold: number;
  /** Requests that were told that nothing happened. */
  readonly contended: number;
  readonly killed: number;
  /** Processes that stood still for longer than a lease. */
  readonly frozen: number;
  /** Connections that the server closed. */
  readonly dropped: number;
  readonly lostReplies: number;
  readonly emptied: number;
  readonly restarted: number;
  /** Writes that the store turned away for their fence. */
  readonly stale: number;
  readonly stallMs: number;
  /** How long the round took, and how much of that no lock is to blame for. */
  readonly tookMs: number;
  readonly excusedMs: number;
}

/** Each count that falls short, in words: faults that hardly befell prove nothing. */
export function shortfallsIn(all: readonly Counts[], least: Partial<Counts>): string[] {
  return (Object.keys(least) as (keyof Counts)[]).flatMap((name) => {
    const found = sumOf(all, name);
    const wanted = least[name] ?? 0;
    return found < wanted ? [`${name}: ${found}, and not ${wanted}`] : [];
  });
}

export const sumOf = (all: readonly Counts[], name: keyof Counts): number =>
  all.reduce((total, counts) => total + counts[name], 0);
