import { describe, expect, it } from '@jest/globals';
import { redisLocks } from '../strategies.ts';
import { Arena, type Judged, type Round } from './arena.ts';
import { shortfallsIn } from './counts.ts';
import type { Mutant } from './protocol.ts';

/** A suite that finds nothing wrong must be able to: what is broken on purpose is found out. */
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

/** Holders that stand still for longer than their lease, one after another. */
const frozen = (...until: number[]): Round['holders'] =>
  until.map((untilAnswered) => ['frozen-before', untilAnswered]);

describe.each(redisLocks)(`%s, seed ${seed}`, (strategy) => {
  it('is found out when the store is not told the fence', async () => {
    const round = { strategy, orders: 40, units: 40, holders: frozen(5, 5), server: [] };
    const { breaches, counts } = await played(round, 'unfenced');
    expect(counts.frozen).toBe(2);
    expect(shortfallsIn([counts], { stale: 1 })).toEqual(['stale: 0, and not 1']);
    // Whoever leads next sells to the same customers, so nothing is left to sell out of turn.
    if (strategy === 'redis-combining') return;
    expect(breaches).toContainEqual(expect.stringMatching(/^sold under \d+ after \d+$/));
  }, 120_000);

  it('is found out when whoever leaves frees the lock of another', async () => {
    // Five are decided in the time of one: there must be some left when a frozen leader wakes up.
    const orders = strategy === 'redis-combining' ? 250 : 100;
    const holders = frozen(5, 20, 30, 40);
    const round = { strategy, orders, units: orders, holders, server: [] };
    const { breaches, counts } = await played(round, 'frees-any');
    expect(counts.frozen).toBe(4);
    expect(breaches).toContainEqual(expect.stringMatching(/^\d+ was let in beside \d+$/));
  }, 120_000);
});

it.each([
  ['tells-unwritten', 'redis-combining', /^accepted, and not so in the table: /],
  // All units are sold in the end, and none is when the first ones are told so.
  ['refuses-unseen', 'redis-pubsub', /^\S+ was refused with \d+ units left$/],
  ['denies-placed', 'redis-pubsub', /^\S+ existed, and was answered: contended, replayed$/],
] as const)(
  `finds who %s with %s, seed ${seed}`,
  async (mutant, strategy, breach) => {
    const round = { strategy, orders: 40, units: 25, holders: [], server: [] };
    const { breaches, counts } = await played(round, mutant);
    expect(breaches).toContainEqual(expect.stringMatching(breach));
    if (mutant !== 'tells-unwritten') expect(counts.sold).toBe(25);
  },
  120_000,
);
