import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeShop } from '../unit/bench/money/fake-shop.ts';
import { race, RACE_MS_MAX } from './race-command.ts';

describe('the race for money', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'race-money-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it(
    'moves money once, however often and by whomever it is asked to',
    async () => {
      const file = join(folder, 'money.json');
      const { status, stdout, stderr } = await race('--money', '--thin', '--json', file);

      expect({ status, stderr }).toMatchObject({ status: 0 });
      const report = JSON.parse(await readFile(file, 'utf8')) as {
        money: { runs: number; scenarios: Record<string, unknown>[] };
      };
      expect(report).toEqual({ money: { runs: 1, scenarios: expect.any(Array) } });
      const { scenarios } = report.money;
      expect(
        scenarios.map((row) => [row['scenario'], row['sent'], row['effects'], row['lawBroken']]),
      ).toEqual([
        ['pay: one key, at once', 50, 1, 0],
        ['pay: one key, in sequence', 5, 1, 0],
        ['pay: many keys, at once', 50, 1, 0],
        ['pay: another key, in sequence', 2, 1, 0],
        ["pay: another user's order", 3, 1, 0],
        ['charge: one key, at once', 50, 1, 0],
        ['charge: one key, in sequence', 5, 1, 0],
        ['charge: one reference, at once', 50, 1, 0],
        ['charge and pay, all different', 25, 25, 0],
      ]);
      expect(scenarios[1]).toEqual({
        ...{ scenario: 'pay: one key, in sequence', runs: 1, sent: 5, succeeded: 5, replayed: 4 },
        ...{ refused: 0, otherAnswers: 0, effects: 1, lawBroken: 0 },
        wallMs: { p50: expect.any(Number) },
        storeRequestsPerRequest: expect.any(Number),
        writeUnitsPerRequest: expect.any(Number),
        olderShop: 'paid twice, always',
      });
      expect(stdout).toMatch(/pay: many keys, at once +50 +1 +0 +49 +0 +1 +kept/);
      expect(stdout).not.toContain('\u001b');
    },
    RACE_MS_MAX,
  );

  it('ends with status 1, and says why, if a shop pays again when asked again', async () => {
    const shop = new FakeShop('pays twice');
    const file = join(folder, 'broken.json');
    const url = await shop.open();
    const { status, stdout, stderr } = await race('--money', '--url', url, '--json', file);
    await shop.close();

    expect(status).toBe(1);
    expect(stderr).toMatch(
      /LAW BROKEN in run 1 of 1, pay: one key, in sequence: the payment of ord_\d+ was done 5 times/,
    );
    expect(stdout).toMatch(/pay: one key, in sequence +5 +5 +0 +0 +0 +5 +BROKEN/);
    const { money } = JSON.parse(await readFile(file, 'utf8')) as {
      money: { scenarios: Record<string, unknown>[] };
    };
    expect(money.scenarios[1]).toMatchObject({ effects: 5, lawBroken: 1 });
  });

  it.each([
    ['--strategy', 'all'],
    ['--orders', '10'],
    ['--units', '10'],
    ['--concurrency', '10'],
  ])('refuses %s, which is about stock', async (flag, value) => {
    const { status, stdout, stderr } = await race('--money', flag, value);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(`--money and ${flag} exclude each other`);
  });
});
