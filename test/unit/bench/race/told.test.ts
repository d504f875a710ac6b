import { describe, expect, it } from '@jest/globals';
import { costIn, toldBy } from '../../../../bench/race/told.ts';

const problem = (status: number, code: string) => ({ status, text: JSON.stringify({ code }) });

describe('what an answer to an order says', () => {
  it('a 201 is an acceptance under its order’s id', () => {
    expect(toldBy({ status: 201, text: '{"orderId":"ord_a"}' })).toEqual({
      kind: 'accepted',
      orderId: 'ord_a',
    });
  });

  it('a 201 that names no order is an acceptance all the same', () => {
    expect(toldBy({ status: 201, text: 'hello' })).toEqual({ kind: 'accepted', orderId: '' });
  });

  it('a 409 for want of stock is a refusal', () => {
    expect(toldBy(problem(409, 'insufficient-stock'))).toEqual({ kind: 'refused' });
  });

  it('a 409 for another reason is not', () => {
    expect(toldBy(problem(409, 'stock-limit'))).toMatchObject({ kind: 'other' });
  });

  it('`contended` and a 4xx changed nothing', () => {
    expect(toldBy(problem(503, 'contended'))).toEqual({
      ...{ kind: 'other', unsettled: false, name: '503 contended' },
    });
    expect(toldBy(problem(404, 'unknown-sku'))).toMatchObject({ kind: 'other', unsettled: false });
  });

  it('any other 5xx, and silence, leave it open whether units were taken', () => {
    expect(toldBy(problem(503, 'unavailable'))).toEqual({
      ...{ kind: 'other', unsettled: true, name: '503 unavailable' },
    });
    expect(toldBy({ status: 502, text: '<html>' })).toEqual({
      ...{ kind: 'other', unsettled: true, name: '502' },
    });
    expect(toldBy({ status: 0, text: 'no answer: ECONNRESET' })).toEqual({
      ...{ kind: 'other', unsettled: true, name: 'no answer: ECONNRESET' },
    });
  });
});

describe('the cost in an answer', () => {
  it('is read from the header', () => {
    const cost = {
      ...{ requests: 2, writeUnits: 6, readUnits: 1, transactions: 1 },
      itemWrites: { products: 1, orders: 1 },
    };
    expect(costIn(JSON.stringify(cost))).toEqual(cost);
  });

  it('is unknown where the shop shows none, or something else', () => {
    expect(costIn(undefined)).toBeUndefined();
    expect(costIn('3')).toBeUndefined();
    expect(costIn('{')).toBeUndefined();
  });
});
