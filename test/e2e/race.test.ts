import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Report } from '../../bench/race/report.ts';
import { freePort } from '../../localstack/engines/ports.ts';
import { FakeShop } from '../unit/bench/race/fake-shop.ts';
import { deciding } from '../strategies.ts';
import { race, RACE_MS_MAX } from './race-command.ts';

describe('the race', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'race-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it(
    'sells 20 units to 30 shoppers, exactly once each, in every run',
    async () => {
      const file = join(folder, 'race.json');
      const { status, stdout, stderr } = await race('--thin', '--runs', '2', '--json', file);

      expect({ status, stderr }).toMatchObject({ status: 0 });
      const time = expect.any(Number);
      expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
        ...{ orders: 30, units: 20, runs: 2 },
        strategies: [
          {
            ...{ strategy: 'conditional-write', runs: 2, lawBroken: 0 },
            // 20 and 10 in each: no run can accept more than its 20 units while the law is kept.
            ...{ accepted: 40, refused: 20, otherAnswers: 0, unitsLeft: 0 },
            wallMs: { min: time, p50: time, p95: time, max: time },
            latencyMs: { p50: time, p99: time },
            ...{ attemptsPerOrder: time, requestsPerOrder: time, writeUnitsPerOrder: time },
            ...{ readUnitsPerOrder: time, hotWritesPerOrder: time },
          },
        ],
      });
      expect(await readdir(folder)).toEqual(['race.json']);
      expect(stdout).toMatch(/conditional-write +2 +40 +20 +0 +0 +kept/);
      expect(stdout).not.toContain('\u001b');
    },
    RACE_MS_MAX,
  );

  it(
    'sells them as well under the contention model, and shows what that costs',
    async () => {
      const file = join(folder, 'model.json');
      const args = ['--thin', '--model', '--orders', '12', '--units', '8', '--json', file];
      const { status, stdout, stderr } = await race(...args);

      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect(stderr).toContain("A running shop can't be put under the contention model");
      const { strategies } = JSON.parse(await readFile(file, 'utf8')) as Report;
      expect(strategies).toMatchObject([
        {
          ...{ accepted: 8, refused: 4, attemptsPerOrder: 1 },
          modelled: { accepted: 8, refused: 4, otherAnswers: 0, unitsLeft: 0, lawBroken: 0 },
        },
      ]);
      const { modelled, strategy, ...plain } = strategies[0] ?? {};
      expect(strategy).toBe('conditional-write');
      expect(Object.keys(modelled ?? {})).toEqual(Object.keys(plain));
      // All twelve come at once, so that all but one are turned away at least once.
      expect(strategies[0]?.modelled?.attemptsPerOrder).toBeGreaterThan(1.5);
      expect(stdout).toContain('with round trips of 5 ms at least');
      expect(stdout).toMatch(/conditional-write +1 +8 +4 +0 +0 +kept/);
      expect(stdout).toMatch(/ {2}under the model +1 +8 +4 +0 +0 +kept/);
    },
    RACE_MS_MAX,
  );

  it(
    'shows in one table that naive oversells, and that no strategy of the shop does',
    async () => {
      const file = join(folder, 'all.json');
      const { status, stdout, stderr } = await race('--thin', '--strategy', 'all', '--json', file);

      // That naive breaks the law is what it is there for.
      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect(stderr).not.toContain('LAW BROKEN');
      const { strategies } = JSON.parse(await readFile(file, 'utf8')) as Report;
      const rowOf = new Map(strategies.map((row) => [row.strategy, row]));
      for (const strategy of deciding) {
        const sold = { runs: 1, accepted: 20, refused: 10, otherAnswers: 0, unitsLeft: 0 };
        expect(rowOf.get(strategy)).toMatchObject({ strategy, ...sold, lawBroken: 0 });
      }
      const naive = rowOf.get('naive');
      expect(naive).toMatchObject({ runs: 1, lawBroken: 1 });
      expect(naive?.accepted).toBeGreaterThan(20);
      expect(stdout).toMatch(/\nnaive .* BROKEN /);
    },
    RACE_MS_MAX,
  );

  it('ends with status 1, and says why, if a shop breaks the law', async () => {
    const shop = new FakeShop('oversells');
    const file = join(folder, 'broken.json');
    const { status, stdout, stderr } = await race('--url', await shop.open(), '--json', file);
    await shop.close();

    expect(status).toBe(1);
    expect(stderr).toContain(
      'LAW BROKEN in run 1 of 1, conditional-write: oversold: 30 orders accepted on 20 units',
    );
    expect(stdout).toContain('BROKEN');
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      strategies: [{ runs: 1, accepted: 30, lawBroken: 1, attemptsPerOrder: null }],
    });
  });

  it.each([
    [['--hope'], '--hope'],
    [['--strategy', 'hope'], 'Unknown strategy "hope"'],
    [['--runs', 'many'], '--runs needs a whole number'],
    [['--model', '--workers'], '--workers and --model exclude each other'],
    [['--json', join('no', 'such', 'folder', 'race.json')], 'there is no such folder'],
  ])('refuses %j and says why', async (args, reason) => {
    const { status, stdout, stderr } = await race(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(reason);
  });

  it('says so if no shop answers', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { status, stderr } = await race('--url', url);
    expect(status).toBe(1);
    expect(stderr).toBe(
      `No shop answers at ${url} (ECONNREFUSED): ` +
        'start one with npm start, or leave out --url.\n',
    );
  });

  it('explains itself', async () => {
    const { status, stdout } = await race('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('--concurrency N');
  });
});
