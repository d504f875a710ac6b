/** From and to, in ms since the epoch. */
export type Span = readonly [fromMs: number, toMs: number];

export interface Stall {
  readonly span: Span;
  /** How long nothing was answered though nothing stood in the way. */
  readonly ms: number;
}

/** The longest time between two answers, without the spans for which nobody here is to blame. */
export function longestStall(answeredMs: readonly number[], excused: readonly Span[]): Stall {
  let longest: Stall = { span: [0, 0], ms: 0 };
  for (const [i, toMs] of answeredMs.entries()) {
    const span = [answeredMs[i - 1] ?? toMs, toMs] as const;
    const ms = toMs - span[0] - coveredMs(span, excused);
    if (ms > longest.ms) longest = { span, ms };
  }
  return longest;
}

/** How much of a span the others cover; where they overlap it counts once. */
export function coveredMs([fromMs, toMs]: Span, others: readonly Span[]): number {
  let covered = 0;
  let untilMs = fromMs;
  for (const [from, to] of [...others].sort(([a], [b]) => a - b)) {
    const end = Math.min(to, toMs);
    covered += Math.max(0, end - Math.max(from, untilMs));
    untilMs = Math.max(untilMs, end);
  }
  return covered;
}
