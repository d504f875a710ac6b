import { describe, expect, it } from '@jest/globals';
import { percentile } from '../../../../bench/race/percentile.ts';

describe('a percentile by nearest rank', () => {
  const five = [15, 20, 35, 40, 50];

  it.each([
    [5, 15],
    [20, 15],
    [21, 20],
    [30, 20],
    [40, 20],
    [50, 35],
    [100, 50],
  ])('of five values: %d %% is %d', (percent, value) => {
    expect(percentile(five, percent)).toBe(value);
  });

  it('is the lower of the two in the middle when the count is even', () => {
    expect(percentile([1, 2, 3, 4], 50)).toBe(2);
  });

  it('is the maximum for a p99 of fewer than a hundred values', () => {
    expect(percentile([3, 1, 2], 99)).toBe(3);
  });

  it('leaves out one value in a hundred for a p99 of a hundred', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(percentile(hundred, 99)).toBe(99);
    expect(percentile(hundred, 95)).toBe(95);
  });

  it('sorts numbers as numbers, and leaves the caller’s order alone', () => {
    const values = [100, 9, 10];
    expect(percentile(values, 50)).toBe(10);
    expect(values).toEqual([100, 9, 10]);
  });

  it('does not exist without values', () => {
    expect(() => percentile([], 50)).toThrow('no values');
  });
});
