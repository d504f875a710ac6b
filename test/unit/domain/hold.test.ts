import { describe, expect, it } from '@jest/globals';
import { holdKeyOf, holdKeysOf, mayBeCovered, releaseGroups } from '../../../lib/domain/hold.ts';
import type { OrderId, Sku } from '../../../lib/domain/ids.ts';
import type { HeldOrder } from '../../../lib/domain/order.ts';

const held = (id: string, ...skus: string[]): HeldOrder => ({
  orderId: id as OrderId,
  expiresAt: '2026-01-01T00:00:00.000Z',
  lines: skus.map((sku) => ({ sku: sku as Sku, name: '', quantity: 1, unitPriceMinor: 0 })),
});

describe('where a hold stands', () => {
  it('is found by its product, or among those of several', () => {
    expect(holdKeyOf(held('ord_a', 'shoe'))).toBe('shoe#0');
    expect(holdKeyOf(held('ord_b', 'shoe', 'sock'))).toBe('*#1');
    const keys = holdKeysOf(['shoe' as Sku]);
    expect(keys).toHaveLength(16);
    expect(keys).toEqual(expect.arrayContaining(['shoe#0', 'shoe#7', '*#0', '*#7']));
  });

  it('spreads over eight shards', () => {
    const ends = Array.from('abcdefghijklmnopqrstuvwxyz234567');
    const shards = ends.map((end) => holdKeyOf(held(`ord_${end}`, 'x')));
    expect(new Set(shards).size).toBe(8);
  });
});

describe('groups of releases', () => {
  const actions = (group: readonly HeldOrder[]): number =>
    group.length + new Set(group.flatMap(({ lines }) => lines.map(({ sku }) => sku))).size;

  it('holds 99 orders of one product', () => {
    const groups = releaseGroups(Array.from({ length: 200 }, (_, i) => held(`ord_${i}`, 'shoe')));
    expect(groups.map((group) => group.length)).toEqual([99, 99, 2]);
  });

  it('never passes 100 actions, keeps the order and loses none', () => {
    const orders = Array.from({ length: 300 }, (_, i) =>
      held(`ord_${i}`, ...Array.from({ length: 1 + (i % 40) }, (_, j) => `s${(i * 7 + j) % 60}`)),
    );
    const groups = releaseGroups(orders);
    expect(groups.flat()).toEqual(orders);
    for (const group of groups) expect(actions(group)).toBeLessThanOrEqual(100);
  });
});

describe('whether holds could cover a shortage', () => {
  const nowMs = Date.parse('2026-01-01T00:10:00Z');
  const short = (holdsExpireFrom?: string) => ({
    sku: 'shoe' as Sku,
    requestedUnits: 1,
    availableUnits: 0,
    ...(holdsExpireFrom === undefined ? {} : { holdsExpireFrom }),
  });
  const mayHelp = (...marks: (string | undefined)[]): boolean =>
    mayBeCovered(marks.map(short), nowMs);

  it('is no where nothing was ever held, or nothing can have ended yet', () => {
    expect(mayHelp(undefined)).toBe(false);
    expect(mayHelp('2026-01-01T00:10:00.001Z')).toBe(false);
  });

  it('is yes from the mark on', () => {
    expect(mayHelp('2026-01-01T00:10:00.000Z')).toBe(true);
  });

  it('is no as soon as one product has nothing to give', () => {
    expect(mayHelp('2026-01-01T00:00:00.000Z', undefined)).toBe(false);
  });
});
