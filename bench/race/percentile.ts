import assert from 'node:assert/strict';

/**
 * The value that `percent` of all values do not exceed, by nearest rank: always one that was
 * measured, so that a p99 of few values is their maximum and not an invention between two of them.
 */
export function percentile(values: readonly number[], percent: number): number {
  assert(percent > 0 && percent <= 100);
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.ceil((percent * sorted.length) / 100) - 1];
  assert(value !== undefined, 'a percentile of no values');
  return value;
}
