import { describe, expect, it } from '@jest/globals';
import { breachesIn, type Evidence, type Sale } from '../../../../bench/race/law.ts';

const sale = (orderId: string): Sale => ({
  orderId,
  readStatus: 200,
  lines: [{ sku: 'tee', quantity: 1 }],
});

/** Four orders on three units, sold as the law wants it. */
const kept: Evidence = {
  sku: 'tee',
  orders: 4,
  units: 3,
  sales: [sale('ord_a'), sale('ord_b'), sale('ord_c')],
  refused: 1,
  other: 0,
  unsettled: 0,
  availableUnits: 0,
};

describe('the law of stock', () => {
  it('is kept when each unit is sold once and the rest is refused', () => {
    expect(breachesIn(kept)).toEqual([]);
  });

  it('is kept when there is more than enough for all', () => {
    const plenty = { ...kept, units: 10, sales: [...kept.sales, sale('ord_d')], refused: 0 };
    expect(breachesIn({ ...plenty, availableUnits: 6 })).toEqual([]);
  });

  it('is broken by a shop that sells more than it has', () => {
    const oversold = { ...kept, sales: [...kept.sales, sale('ord_d')], refused: 0 };
    expect(breachesIn(oversold)).toContainEqual('oversold: 4 orders accepted on 3 units');
    expect(breachesIn({ ...oversold, availableUnits: -1 })).toEqual([
      'oversold: 4 orders accepted on 3 units',
    ]);
  });

  it('is broken by a unit that was neither sold nor left', () => {
    const lost = { ...kept, sales: kept.sales.slice(1), refused: 2 };
    expect(breachesIn(lost)).toEqual(['1 units lost: 3 units on sale, 2 sold, 0 left']);
  });

  it('is broken by a sale that took no unit', () => {
    const free = { ...kept, orders: 3, refused: 0, availableUnits: 1 };
    expect(breachesIn(free)).toEqual(['1 units too many: 3 units on sale, 3 sold, 1 left']);
  });

  it('is broken by a refusal while a unit is left', () => {
    const refused = { ...kept, sales: kept.sales.slice(1), refused: 2, availableUnits: 1 };
    expect(breachesIn(refused)).toEqual(['false refusals: 2 orders refused with 1 units left']);
  });

  it('is broken by a shop that refuses everybody', () => {
    const closed = { ...kept, sales: [], refused: 4, availableUnits: 3 };
    expect(breachesIn(closed)).toEqual(['false refusals: 4 orders refused with 3 units left']);
  });

  it('is broken by one order id for two shoppers', () => {
    const twice = { ...kept, sales: [sale('ord_a'), sale('ord_b'), sale('ord_a')] };
    expect(breachesIn(twice)).toEqual(['2 accepted orders have the same id: ord_a']);
  });

  it('is broken by an accepted order that its owner can’t read', () => {
    const unread = { ...sale('ord_c'), readStatus: 404, lines: [] };
    expect(breachesIn({ ...kept, sales: [sale('ord_a'), sale('ord_b'), unread] })).toEqual([
      "accepted order ord_c can't be read by its owner: 404",
    ]);
  });

  it.each([
    ['no line', []],
    ['two units', [{ sku: 'tee', quantity: 2 }]],
    ['another product', [{ sku: 'mug', quantity: 1 }]],
    ['one line too many', [...sale('').lines, ...sale('').lines]],
  ])('is broken by an accepted order that holds %s', (_, lines) => {
    const wrong = { ...sale('ord_c'), lines };
    expect(breachesIn({ ...kept, sales: [sale('ord_a'), sale('ord_b'), wrong] })).toEqual([
      `accepted order ord_c does not hold one unit of tee: ${JSON.stringify(lines)}`,
    ]);
  });

  it('is broken by an order that nobody answered for', () => {
    expect(breachesIn({ ...kept, refused: 0 })).toEqual([
      '4 orders were sent, but 3 were answered',
    ]);
  });
});

describe('answers that are neither yes nor no', () => {
  it('do not break the law by themselves', () => {
    expect(breachesIn({ ...kept, refused: 0, other: 1 })).toEqual([]);
  });

  it('excuse as many units as may have been taken by orders of unknown fate', () => {
    const lost = { ...kept, sales: kept.sales.slice(1), other: 1 };
    expect(breachesIn({ ...lost, unsettled: 1, availableUnits: 0 })).toEqual([]);
    expect(breachesIn({ ...lost, refused: 1, unsettled: 0, availableUnits: 0 })).toEqual([
      '1 units lost: 3 units on sale, 2 sold, 0 left',
    ]);
  });

  it('excuse no more than that', () => {
    const lost = { ...kept, sales: kept.sales.slice(2), refused: 2, other: 1, unsettled: 1 };
    expect(breachesIn(lost)).toEqual(['1 units lost: 3 units on sale, 1 sold, 0 left']);
  });
});
