import { describe, expect, it } from '@jest/globals';
import type { Report, StrategyReport } from '../../../../bench/race/report.ts';
import { footnoteOf, tableOf } from '../../../../bench/race/table.ts';

const row: StrategyReport = {
  ...{ strategy: 'conditional-write', runs: 30, accepted: 600, refused: 300, otherAnswers: 0 },
  ...{ unitsLeft: 0, lawBroken: 0 },
  wallMs: { min: 41.26, p50: 55, p95: 99.94, max: 1234.5 },
  latencyMs: { p50: 40.04, p99: 100.4 },
  ...{ attemptsPerOrder: 1.25, requestsPerOrder: 2, writeUnitsPerOrder: 5.333 },
  ...{ readUnitsPerOrder: 0.05, hotWritesPerOrder: 1 },
};
const report: Report = { orders: 30, units: 20, runs: 30, strategies: [row] };
const conditions = { concurrency: 30, harness: 'a shop', nodeVersion: '24.0.0', cores: 2 };

describe('the table', () => {
  it('shows every figure under its name', () => {
    expect(tableOf(report).split('\n')).toEqual([
      '                                                   stock        wall ms                   request ms',
      'strategy           runs  accepted  refused  other  left   law   min  median   p95   max   p50  p99',
      'conditional-write    30       600      300      0     0  kept  41.3    55.0  99.9  1235  40.0  100',
      '',
      '                   per order',
      'strategy           attempts  requests  write units  read units  hot-item writes',
      'conditional-write      1.25      2.00         5.33        0.05             1.00',
    ]);
  });

  it('says in capitals, and in red, that the law was broken', () => {
    const painted = tableOf(
      { ...report, strategies: [{ ...row, lawBroken: 2 }] },
      (style, text) => `<${style}>${text}</>`,
    );
    expect(painted).toContain('<red>BROKEN</>');
    expect(painted).not.toContain('kept');
  });

  it('shows every figure under the contention model, too', () => {
    const modelled = {
      ...{ runs: 29, accepted: 599, refused: 299, otherAnswers: 1, unitsLeft: 2, lawBroken: 1 },
      wallMs: { min: 641, p50: 655, p95: 671.4, max: 700 },
      latencyMs: { p50: 350.2, p99: 690 },
      ...{ attemptsPerOrder: 5.5, requestsPerOrder: 6.25, writeUnitsPerOrder: 24.13 },
      ...{ readUnitsPerOrder: 0.5, hotWritesPerOrder: 5.75, redisCommandsPerOrder: 2.5 },
    };
    const strategies = [{ ...row, modelled, redisCommandsPerOrder: 2, redisCallsPerOrder: 7 }];
    expect(tableOf({ ...report, strategies }).split('\n')).toEqual([
      '                                                   stock          wall ms                   request ms',
      'strategy           runs  accepted  refused  other  left     law   min  median   p95   max   p50  p99',
      'conditional-write    30       600      300      0     0    kept  41.3    55.0  99.9  1235  40.0  100',
      '  under the model    29       599      299      1     2  BROKEN   641     655   671   700   350  690',
      '',
      '                   per order                                                     Redis',
      'strategy           attempts  requests  write units  read units  hot-item writes  sent   run',
      'conditional-write      1.25      2.00         5.33        0.05             1.00  2.00  7.00',
      '  under the model      5.50      6.25        24.13        0.50             5.75  2.50     –',
    ]);
    const painted = tableOf({ ...report, strategies }, (style, text) => `<${style}>${text}</>`);
    expect(painted).toContain('<red>BROKEN</>');
    expect(painted).toContain('<green>  kept</>');
  });

  it('shows commands to Redis where some were sent', () => {
    const strategies = [row, { ...row, redisCommandsPerOrder: 2, redisCallsPerOrder: 7.5 }];
    expect(
      tableOf({ ...report, strategies })
        .split('\n')
        .slice(-3),
    ).toEqual([
      'strategy           attempts  requests  write units  read units  hot-item writes  sent   run',
      'conditional-write      1.25      2.00         5.33        0.05             1.00     –     –',
      'conditional-write      1.25      2.00         5.33        0.05             1.00  2.00  7.50',
    ]);
  });

  it('has a dash for what the shop does not show', () => {
    const hidden = { ...row, attemptsPerOrder: null, hotWritesPerOrder: null };
    const last = tableOf({ ...report, strategies: [hidden] })
      .split('\n')
      .at(-1);
    expect(last).toBe(
      'conditional-write         –      2.00         5.33        0.05                –',
    );
  });
});

describe('the footnote', () => {
  it('says what was measured', () => {
    expect(footnoteOf({ ...report, orders: 50 }, conditions)).toBe(
      '50 orders of one unit, 30 at a time, on 20 units; runs of each strategy: 30, interleaved, ' +
        'after a warm-up; a shop; Node 24.0.0, 2 cores.',
    );
  });

  it('names the round trip of the contention model if it was used', () => {
    expect(footnoteOf(report, conditions)).not.toContain('model');
    expect(footnoteOf(report, { ...conditions, roundTripMs: 7 })).toContain(
      'under the contention model (bench/contention.ts), with round trips of 7 ms at least.',
    );
  });

  it('compares with others for 30 orders on 20 units, and calls the figures theirs', () => {
    const footnote = footnoteOf(report, conditions);
    expect(footnote).toContain('30 orders of one unit, all at once, on 20 units');
    expect(footnote).toMatch(/Not from this run[^]*99 ms[^]*4,300 ms/);
  });

  it('compares nothing else', () => {
    expect(footnoteOf({ ...report, units: 21 }, conditions)).not.toContain('Medusa');
    expect(footnoteOf(report, { ...conditions, concurrency: 10 })).not.toContain('Medusa');
  });
});
