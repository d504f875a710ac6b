import { describe, expect, it } from '@jest/globals';
import { reportOf } from '../../../../bench/race/report.ts';
import type { Run } from '../../../../bench/race/run.ts';

const cost = (transactions: number, products: number) => ({
  ...{ requests: transactions + 1, writeUnits: 6 * transactions, readUnits: 0.5, transactions },
  itemWrites: { products, orders: transactions },
});

const run = (changes: Partial<Run> = {}): Run => ({
  strategy: 'conditional-write',
  accepted: 2,
  refused: 1,
  other: 0,
  unitsLeft: 0,
  breaches: [],
  wallMs: 10,
  latenciesMs: [4, 5, 6],
  costs: [cost(1, 1), cost(1, 1), cost(4, 4)],
  redisCalls: undefined,
  others: new Map(),
  ...changes,
});

describe('the report on a strategy', () => {
  it('adds up what the runs came to', () => {
    const runs = [run(), run({ accepted: 1, other: 1, unitsLeft: 1 }), run()];
    expect(reportOf('conditional-write', runs)).toMatchObject({
      ...{ strategy: 'conditional-write', runs: 3, accepted: 5, refused: 3 },
      ...{ otherAnswers: 1, unitsLeft: 1, lawBroken: 0 },
    });
  });

  it('counts the runs in which the law was broken, not the breaches', () => {
    const runs = [run({ breaches: ['oversold', 'false refusals'] }), run()];
    expect(reportOf('conditional-write', runs).lawBroken).toBe(1);
  });

  it('tells wall times by run and latencies by request', () => {
    const runs = [
      run({ wallMs: 30, latenciesMs: [1, 2] }),
      run({ wallMs: 10, latenciesMs: [3, 90] }),
      run({ wallMs: 20.00049, latenciesMs: [4] }),
    ];
    const { wallMs, latencyMs } = reportOf('conditional-write', runs);
    expect(wallMs).toEqual({ min: 10, p50: 20, p95: 30, max: 30 });
    expect(latencyMs).toEqual({ p50: 3, p99: 90 });
  });

  it('shares the costs out among all orders, refused ones too', () => {
    expect(reportOf('conditional-write', [run()])).toMatchObject({
      ...{ attemptsPerOrder: 2, requestsPerOrder: 3, writeUnitsPerOrder: 12 },
      ...{ readUnitsPerOrder: 0.5, hotWritesPerOrder: 2 },
    });
  });

  it('counts no hot writes where the product was not written', () => {
    const costs = [{ ...cost(1, 1), itemWrites: { orders: 1 } }];
    expect(reportOf('conditional-write', [run({ costs })]).hotWritesPerOrder).toBe(0);
  });

  it('sums the runs under the contention model up beside the others', () => {
    const modelled = [
      run({ wallMs: 40, costs: [cost(6, 6)] }),
      run({ wallMs: 90, costs: [cost(2, 2)], accepted: 1, other: 1, breaches: ['units lost'] }),
    ];
    const report = reportOf('conditional-write', [run()], modelled);
    expect(report).toMatchObject({ runs: 1, accepted: 2, otherAnswers: 0, lawBroken: 0 });
    expect(report.modelled).toEqual({
      ...{ runs: 2, accepted: 3, refused: 2, otherAnswers: 1, unitsLeft: 0, lawBroken: 1 },
      wallMs: { min: 40, p50: 40, p95: 90, max: 90 },
      latencyMs: { p50: 5, p99: 6 },
      ...{ attemptsPerOrder: 4, requestsPerOrder: 5, writeUnitsPerOrder: 24 },
      ...{ readUnitsPerOrder: 0.5, hotWritesPerOrder: 4 },
    });
  });

  it('tells under the model, too, what was sent to Redis and ran there', () => {
    const sent = { ...cost(1, 1), redisCommands: 3 };
    const modelled = [run({ costs: [sent, sent, sent], redisCalls: 12 })];
    expect(reportOf('redis-spin', [run()], modelled)).toMatchObject({
      modelled: { redisCommandsPerOrder: 3, redisCallsPerOrder: 4 },
    });
  });

  it('says nothing of the model where it was not used', () => {
    expect(reportOf('conditional-write', [run()])).not.toHaveProperty('modelled');
  });

  it('knows no costs of a shop that shows none', () => {
    expect(reportOf('conditional-write', [run({ costs: [] })])).toMatchObject({
      ...{ attemptsPerOrder: null, requestsPerOrder: null, writeUnitsPerOrder: null },
      ...{ readUnitsPerOrder: null, hotWritesPerOrder: null },
    });
  });

  it('tells what was sent to Redis, and what Redis ran', () => {
    const sent = { ...cost(1, 1), redisCommands: 2 };
    const runs = [run({ costs: [sent, sent, sent], redisCalls: 30 }), run({ costs: [sent] })];
    expect(reportOf('redis-spin', runs)).toMatchObject({
      ...{ redisCommandsPerOrder: 2, redisCallsPerOrder: 5 },
    });
    expect(reportOf('conditional-write', [run()])).not.toHaveProperty('redisCommandsPerOrder');
  });
});
