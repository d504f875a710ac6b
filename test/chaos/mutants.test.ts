import { expect, it } from '@jest/globals';
import { Arena, type Judged, type Round } from './arena.ts';
import type { Mutant } from './protocol.ts';

/** A suite that finds nothing wrong must be able to: locks that are broken on purpose are found out. */
const seed = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** So slow that there is always a holder, and others who want in. */
const DWELL_MS = 60;

async function played(round: Round, mutant: Mutant): Promise<Judged> {
  const arena = await Arena.open(6, seed, { mutant, dwellMs: DWELL_MS });
  try {
    return await arena.play(round);
  } finally {
    await arena.close();
  }
}

it(`finds that the store is not told the fence, seed ${seed}`, async () => {
  const round: Round = {
    ...{ strategy: 'redis-spin', orders: 40, units: 40 },
    holders: [
      ['frozen-before', 5],
      ['frozen-before', 5],
    ],
    server: [],
  };
  const { breaches, counts } = await played(round, 'unfenced');
  expect(counts.frozen).toBe(2);
  expect(counts.stale).toBe(0);
  expect(breaches).toContainEqual(expect.stringMatching(/^sold under \d+ after \d+$/));
}, 120_000);

it(`finds that whoever leaves frees the lock of another, seed ${seed}`, async () => {
  const round: Round = {
    ...{ strategy: 'redis-spin', orders: 100, units: 100 },
    holders: [
      ['frozen-before', 5],
      ['frozen-before', 20],
      ['frozen-before', 30],
      ['frozen-before', 40],
    ],
    server: [],
  };
  const { breaches, counts } = await played(round, 'frees-any');
  expect(counts.frozen).toBe(4);
  expect(breaches).toContainEqual(expect.stringMatching(/^\d+ was let in beside \d+$/));
}, 120_000);
