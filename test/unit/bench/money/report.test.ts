import { describe, expect, it } from '@jest/globals';
import { reportOf } from '../../../../bench/money/report.ts';
import type { Run } from '../../../../bench/money/run.ts';
import type { Scenario } from '../../../../bench/money/scenarios.ts';
import { footnoteOf, tableOf } from '../../../../bench/money/table.ts';

const unmeasured: Scenario = {
  name: 'pay: one key',
  pace: 'at once',
  prepare: async () => [],
};
const scenario: Scenario = { ...unmeasured, olderShop: 'paid twice, always' };
const cost = { requests: 3, writeUnits: 8, readUnits: 1, transactions: 1, itemWrites: {} };

const run = (changes: Partial<Run> = {}): Run => ({
  ...{ scenario, sent: 50, succeeded: 49, replayed: 48, refused: 0, other: 1, effects: 1 },
  ...{ breaches: [], wallMs: 100, costs: [cost, { ...cost, writeUnits: 0 }], others: new Map() },
  ...changes,
});
const rounds = (counted: readonly Run[]) => ({ counted, modelled: [], breaches: 0 });

describe('the report of a race for money', () => {
  it('adds up the runs of each scenario', () => {
    const unlike = { ...scenario, name: 'charge' };
    const slow = run({ wallMs: 300.00049 });
    const all = [run(), run({ scenario: unlike, costs: [] }), slow, run({ breaches: ['a', 'b'] })];
    const { money } = reportOf(rounds(all), 3);
    expect(money.runs).toBe(3);
    expect(money).not.toHaveProperty('modelled');
    expect(money.scenarios).toMatchObject([
      {
        ...{ scenario: 'pay: one key', runs: 3, sent: 150, succeeded: 147, replayed: 144 },
        ...{ refused: 0, otherAnswers: 3, effects: 3, lawBroken: 1, wallMs: { p50: 100 } },
        ...{ storeRequestsPerRequest: 3, writeUnitsPerRequest: 4 },
        olderShop: 'paid twice, always',
      },
      { scenario: 'charge', runs: 1, storeRequestsPerRequest: null, writeUnitsPerRequest: null },
    ]);
  });

  it('keeps the runs under the contention model apart', () => {
    const { money } = reportOf({ ...rounds([run()]), modelled: [run({ wallMs: 7 })] }, 1);
    expect(money.scenarios).toMatchObject([{ wallMs: { p50: 100 } }]);
    expect(money.modelled).toMatchObject([{ wallMs: { p50: 7 } }]);
  });
});

describe('the table of a race for money', () => {
  const report = reportOf(rounds([run()]), 1);

  it('shows every figure under its name', () => {
    expect(tableOf(report).split('\n')).toEqual([
      '                         of them',
      'scenario      sent  201  replayed  refused  other  effects   law  the older shop',
      'pay: one key    50   49        48        0      1        1  kept  paid twice, always',
      '',
      '                              per request',
      'scenario      median wall ms  store requests  write units',
      'pay: one key             100            3.00         4.00',
    ]);
  });

  it('says in capitals, and in red, that the law was broken', () => {
    const broken = reportOf(rounds([run({ breaches: ['twice'] })]), 1);
    const painted = tableOf(broken, (style, text) => `<${style}>${text}</>`);
    expect(painted).toContain('<red>BROKEN</>');
    expect(painted).not.toContain('kept');
  });

  it('has a dash for what was not measured', () => {
    const dashed = reportOf(rounds([run({ scenario: unmeasured, costs: [] })]), 1);
    expect(tableOf(dashed)).toMatch(/kept {2}–\n[^]* {2}– +–$/);
  });

  it('says below whose figures are whose', () => {
    const conditions = { crowd: 50, harness: 'a shop', nodeVersion: '24.0.0', cores: 2 };
    const footnote = footnoteOf(report, { ...conditions, roundTripMs: undefined });
    expect(footnote).toContain('a crowd is 50 requests;\na shop; Node 24.0.0, 2 cores.');
    expect(footnote).toMatch(/Not from this run[^]*measured earlier for this project/);
    expect(footnote).not.toContain('model');
    expect(footnoteOf(report, { ...conditions, roundTripMs: 5 })).toContain('of 5 ms at least');
  });
});
