import { describe, expect, it } from '@jest/globals';
import { type Fence, orderIdOf } from '../../../lib/domain/ids.ts';
import { breachesIn, type Evidence } from '../../chaos/law.ts';
import type { Bracket, ChaosOrder, Told, Write } from '../../chaos/protocol.ts';

/** Histories that must be breaches of the law, each a step away from one that keeps it. */

const sku = 'tee' as ChaosOrder['sku'];
const orderOf = (name: string): ChaosOrder => ({
  sku,
  token: name as ChaosOrder['token'],
  userId: `user-${name}` as ChaosOrder['userId'],
});
const [ann, bob, cy] = [orderOf('ann'), orderOf('bob'), orderOf('cy')];

const rowOf = ({ token, userId }: ChaosOrder) => ({
  ...{ orderId: orderIdOf(token), userId, sku, units: 1 },
});
const told = (kind: Told['kind'], atMs: number): Told => ({ kind, atMs });
const sale = (order: ChaosOrder, fence: number, startedMs: number): Write => ({
  ...{ sku, fence: fence as Fence, startedMs, endedMs: startedMs + 10 },
  ...{ orderIds: [orderIdOf(order.token)], soldUnits: 1, stale: false },
});
const refusal = (order: ChaosOrder, fence: number, startedMs: number): Write => ({
  ...sale(order, fence, startedMs),
  soldUnits: 0,
});

/** Ann and Bob buy two units, and then Cy is told that none is left. */
const kept: Evidence = {
  orders: [ann, bob, cy],
  ...{ units: 2, left: 0, rows: [rowOf(ann), rowOf(bob)] },
  told: new Map([
    ['ann', [told('placed', 120)]],
    ['bob', [told('placed', 220)]],
    ['cy', [told('insufficient', 320)]],
  ]),
  writes: [sale(ann, 1, 100), sale(bob, 2, 200), refusal(cy, 3, 300)],
  brackets: [],
  emptied: [],
  leaseMs: 600,
};

/** The same, but for what one of them was told. */
const whenTold = (name: string, ...all: Told[]): Evidence => ({
  ...kept,
  told: new Map([...kept.told, [name, all]]),
});

it('is kept by a sale in which nothing is wrong', () => {
  expect(breachesIn(kept)).toEqual([]);
});

describe('stock', () => {
  it('is broken by a unit that is neither sold nor left', () => {
    expect(breachesIn({ ...kept, units: 3 })).toContain('3 units on sale, 2 sold, 0 left');
  });

  it('is broken by stock below zero', () => {
    expect(breachesIn({ ...kept, units: 1, left: -1 })).toContain(
      '1 units on sale, 2 sold, -1 left',
    );
  });
});

describe('answers', () => {
  it.each([
    ['placed after a refusal', [told('insufficient', 220), told('placed', 230)]],
    ['refused after it was placed', [told('placed', 220), told('insufficient', 330)]],
    ['placed by two requests', [told('frozen', 210), told('placed', 220), told('placed', 230)]],
    ['never settled', [told('contended', 220), told('killed', 230)]],
  ])('are broken by an order that is %s', (_, all) => {
    const kinds = all.map(({ kind }) => kind).filter((kind) => /placed|insuff/.test(kind));
    expect(breachesIn(whenTold('bob', ...all))).toContain(
      `order bob was answered: ${kinds.join(', ')}`,
    );
  });

  it('are broken by an order that was accepted and is not there', () => {
    const breaches = breachesIn({ ...kept, left: 1, rows: [rowOf(ann)] });
    expect(breaches).toContain('accepted, and not so in the table: bob undefined');
  });

  it('are broken by an order that is there for another customer', () => {
    const rows = [rowOf(ann), { ...rowOf(bob), userId: 'user-cy' }];
    expect(breachesIn({ ...kept, rows })).toContainEqual(
      expect.stringMatching(/^accepted, and not so in the table: bob .*user-cy/),
    );
  });

  it('are broken by an order that is there and was refused', () => {
    const rows = [...kept.rows, rowOf(cy)];
    expect(breachesIn({ ...kept, units: 3, rows })).toContain(
      'in the table, and not accepted: ord_cy',
    );
  });
});

describe('a refusal', () => {
  it('is false while there are units for all orders that were on their way', () => {
    // Sold out in the end, but Bob's order had not begun when Cy was told.
    expect(breachesIn(whenTold('cy', told('insufficient', 199)))).toEqual([
      'cy was refused with 1 units left',
    ]);
    expect(breachesIn(whenTold('cy', told('insufficient', 99)))).toEqual([
      'cy was refused with 2 units left',
    ]);
  });

  it('is true as soon as the last unit may have been taken', () => {
    expect(breachesIn(whenTold('cy', told('insufficient', 200)))).toEqual([]);
  });

  it('may rest on a write whose answer was lost, and on one that nobody told of', () => {
    const early = whenTold('cy', told('insufficient', 199));
    const lost: Write = { ...sale(bob, 2, 150), soldUnits: 0 };
    expect(breachesIn({ ...early, writes: [...early.writes, lost] })).toEqual([]);
    expect(breachesIn({ ...early, writes: early.writes.slice(0, 1) })).toEqual([]);
  });

  it('is false when units are left in the end', () => {
    const left = { ...kept, left: 1, rows: [rowOf(ann)], orders: [ann, cy] };
    expect(breachesIn({ ...left })).toEqual(['cy was refused with 1 units left']);
  });
});

describe('`contended`', () => {
  it('is false if the next request finds the order', () => {
    expect(breachesIn(whenTold('bob', told('contended', 210), told('replayed', 220)))).toEqual([
      'bob existed, and was answered: contended, replayed',
    ]);
  });

  it('is true if the next request places the order', () => {
    expect(breachesIn(whenTold('bob', told('contended', 210), told('placed', 220)))).toEqual([]);
  });

  it.each(['unavailable', 'killed', 'frozen'] as const)(
    'is not to blame for what a request may have done that was %s',
    (doubt) => {
      const [before, after] = [told(doubt, 190), told('replayed', 220)];
      expect(breachesIn(whenTold('bob', before, told('contended', 210), after))).toEqual([]);
      expect(breachesIn(whenTold('bob', told('contended', 190), before, after))).toEqual([]);
    },
  );

  it('does not come before a replay of nothing', () => {
    expect(breachesIn(whenTold('bob', told('replayed', 220)))).toEqual([
      'bob existed, and was answered: replayed',
    ]);
  });
});

describe('the order of sale', () => {
  it('is broken by a write under an older fence than one that had ended', () => {
    const writes = [sale(ann, 5, 100), sale(bob, 4, 200)];
    expect(breachesIn({ ...kept, writes })).toEqual(['sold under 4 after 5']);
  });

  it('leaves open which of two writes at once came first', () => {
    const writes = [sale(ann, 5, 100), sale(bob, 4, 105)];
    expect(breachesIn({ ...kept, writes })).toEqual([]);
  });

  it('is not broken by who was turned away, nor by who held no lock', () => {
    const late = { ...sale(bob, 4, 200), soldUnits: 0, stale: true };
    const { fence, ...free } = sale(bob, 4, 200);
    expect(fence).toBe(4);
    expect(breachesIn({ ...kept, writes: [sale(ann, 5, 100), late, free] })).toEqual([]);
  });
});

describe('a lock', () => {
  /** The fence is the time at which it was given, in µs. */
  const stay = (givenMs: number, leftMs?: number): Bracket[] => {
    const fence = (givenMs * 1_000) as Fence;
    return [{ sku, fence }, ...(leftMs === undefined ? [] : [{ sku, fence, leftMs }])];
  };
  const held = (...brackets: Bracket[][]): Evidence => ({ ...kept, brackets: brackets.flat() });

  it('is broken by one who is let in beside another', () => {
    const brackets = [stay(1_000, 1_050), stay(1_049, 1_080)];
    expect(breachesIn(held(...brackets))).toEqual(['1049000 was let in beside 1000000']);
  });

  it('is broken by one who is let in before a dead holder has lost its lease', () => {
    expect(breachesIn(held(stay(1_000), stay(1_599)))).toEqual([
      '1599000 was let in beside 1000000',
    ]);
    expect(breachesIn(held(stay(1_000), stay(1_600)))).toEqual([]);
  });

  it('is kept by one who comes when the other has left, or when Redis has forgotten', () => {
    expect(breachesIn(held(stay(1_000, 1_050), stay(1_050)))).toEqual([]);
    const both = held(stay(1_000), stay(1_200));
    expect(breachesIn({ ...both, emptied: [[1_100, 1_110]] })).toEqual([]);
    expect(breachesIn({ ...both, emptied: [[1_300, 1_310]] })).toHaveLength(1);
  });
});
