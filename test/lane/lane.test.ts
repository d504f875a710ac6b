import { describe, expect, it } from '@jest/globals';
import { type Coverage } from '../simulation/coverage.ts';
import { laneMutants } from './mutants.ts';
import { runLane } from './run.ts';

/**
 * The lane under a seeded scheduler: the consumer's own code on stores in memory, with what a broker,
 * a network and other sellers may do to it, judged against first come, first served.
 *
 * SEED=7 plays one seed and prints all that happened; SEEDS=5000 plays more; MUTANT=name plants a bug.
 */
const { SEED, SEEDS, MUTANT } = process.env;
const seeds = SEED === undefined ? Number(SEEDS ?? 500) : 1;
const first = Number(SEED ?? 1);

const repeat = (seed: number, mutant?: string): string =>
  `SEED=${seed} ${mutant === undefined ? '' : `MUTANT='${mutant}' `}npm test -- test/lane`;

/** What must have happened in so many seeds, and how often at least. */
const wanted: Readonly<Record<string, number>> = {
  'fault crash': 100,
  'fault replyLost': 100,
  'fault late': 100,
  'fault frozen': 100,
  'fault requestLost': 100,
  'fault refused': 100,
  redelivery: 100,
  'border moved': 100,
  zombie: 100,
  restock: 100,
  'placed at once': 100,
  'stock.releaseMany released': 100,
  'record duplicate': 1_000,
  'record other request': 1_000,
  'record poison': 300,
};

describe('the lane', () => {
  it(`keeps first come, first served through ${seeds} seeds`, async () => {
    const total: Coverage = {};
    const broken: string[] = [];
    const mutant = MUTANT === undefined ? undefined : laneMutants[MUTANT];
    for (let seed = first; seed < first + seeds; seed += 1) {
      const { violations, coverage, trace } = await runLane(seed, {
        mutant,
        tracing: SEED !== undefined,
      });
      if (trace.length > 0) process.stdout.write(`${trace.join('\n')}\n`);
      for (const [what, times] of Object.entries(coverage)) {
        total[what] = (total[what] ?? 0) + times;
      }
      const [violation] = violations;
      if (violation !== undefined) broken.push(`${violation}; again: ${repeat(seed, MUTANT)}`);
    }
    expect(broken).toEqual([]);
    if (SEED !== undefined) return;
    const rare = Object.entries(wanted).filter(([what, least]) => (total[what] ?? 0) < least);
    expect(rare.map(([what, least]) => `${what}: ${total[what] ?? 0} of ${least}`)).toEqual([]);
  }, 120_000);

  it.each(Object.entries(laneMutants))('finds a bug: %s', async (name, mutant) => {
    for (let seed = 1; seed <= 500; seed += 1) {
      if ((await runLane(seed, { mutant })).violations.length > 0) return;
    }
    throw new Error(`"${mutant.bug}" was not found; play it: ${repeat(1, name)}`);
  });
});
