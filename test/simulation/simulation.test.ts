import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { expected, rareIn } from './expected.ts';
import { Players, reportOf } from './players.ts';

const { SEED, SEEDS, MUTANT } = process.env;

/** What a run of all tests has time for: so many seeds, or so long. A night has time for millions. */
const seeds = Number(SEEDS ?? expected.seeds);
const msMax = SEEDS === undefined ? 50_000 : Infinity;
/** Fewer show too little, however slow the machine is. */
const seedsMin = Math.min(seeds, 4_000);

let players: Players;
beforeAll(() => {
  players = new Players();
});
afterAll(() => players.close());

const ifOneIsAsked = SEED === undefined ? it.skip : it;
const ifNoneIsAsked = SEED === undefined ? it : it.skip;

ifOneIsAsked('keeps the laws in the seed that was asked for', async () => {
  const [shown] = await players.show(Number(SEED), MUTANT);
  if (shown === undefined) throw new Error('the seed was not played');
  process.stdout.write(`${reportOf(shown, MUTANT)}\n`);
  expect(shown.violations).toEqual([]);
});

ifNoneIsAsked('plays a seed the same way in every thread and each time, to the byte', async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const [first, ...others] = [...(await players.show(seed)), ...(await players.show(seed))];
    expect(first?.trace.length).toBeGreaterThan(10);
    expect(others).toEqual([first, first, first]);
  }
});

ifNoneIsAsked(
  'keeps the laws in every seed, and meets what can go wrong',
  async () => {
    const startedMs = performance.now();
    const {
      coverage,
      violation,
      seeds: played,
    } = await players.playUntilViolation(seeds, { msMax, seedsMin });
    if (violation !== undefined) throw new Error(`\n${reportOf(violation)}`);

    const perSecond = Math.round((played * 1_000) / (performance.now() - startedMs));
    const lines = Object.entries(coverage)
      .map(([what, times]) => `${String(times).padStart(9)}  ${what}`)
      .sort((a, b) => (a.slice(9) < b.slice(9) ? -1 : 1));
    process.stdout.write(`${played} seeds, ${perSecond} a second\n${lines.join('\n')}\n`);
    expect(rareIn(coverage, played)).toEqual([]);
  },
  // Without a bound of its own a night's run would end after a minute.
  60_000 + seeds * 30,
);
