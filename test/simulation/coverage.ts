/** How often each thing happened: a simulation that meets nothing proves nothing. */
export type Coverage = Record<string, number>;

export function count(coverage: Coverage, what: string, times = 1): void {
  coverage[what] = (coverage[what] ?? 0) + times;
}

export function addCoverage(sum: Coverage, more: Coverage): void {
  for (const [what, times] of Object.entries(more)) count(sum, what, times);
}
