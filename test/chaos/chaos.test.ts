import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { times } from '../contract/bench-shop.ts';
import { Arena, type Counts, LEASE_MS, type Judged, type Round } from './arena.ts';

/**
 * Crowds of processes buy under locks while holders are killed and frozen, connections break, replies
 * get lost, and Redis forgets everything. What is promised must hold all the same.
 */
const seed = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const WORKERS = 24;
const ROUNDS = 2;
const [ORDERS, UNITS] = [150, 100];
const strategies = ['redis-spin', 'redis-pubsub', 'redis-combining'] as const;

/** More than 2 % killed and 1 % frozen; the freezes come early, while there is something to sell. */
const roundOf = (strategy: Round['strategy'], round: number): Round => ({
  strategy,
  orders: ORDERS,
  units: UNITS,
  holders: [
    ['killed-before', 60],
    ['killed-before', 90],
    ['killed-after', 60],
    ['killed-after', 90],
    ['frozen-before', 50],
    [round === 1 ? 'frozen-after-sent-again' : 'frozen-before-sent-again', 50],
  ],
  server: [
    ['dropped', 120],
    ['dropped-pubsub', 120],
    ['emptied', 60],
    round === 1 ? ['restarted', 60] : ['emptied', 120],
  ],
});

let arena: Arena;
const rows: string[] = [];
beforeAll(async () => {
  arena = await Arena.open(WORKERS, seed);
  // Processes that have just begun are slow at everything.
  for (const strategy of strategies) {
    await arena.play({ strategy, orders: 2 * WORKERS, units: WORKERS, holders: [], server: [] });
  }
}, 120_000);
afterAll(async () => {
  await arena.close();
  process.stdout.write(`${rows.join('\n')}\nagain: CHAOS_SEED=${seed} npm run chaos\n`);
});

describe.each(strategies)(`%s, ${WORKERS} processes, seed ${seed}`, (strategy) => {
  it('keeps the law, whatever goes wrong', async () => {
    const judged: Judged[] = [];
    for (const round of times(ROUNDS, (i) => roundOf(strategy, i))) {
      judged.push(await arena.play(round));
    }
    const all = judged.map(({ counts }) => counts);
    rows.push(tableOf(strategy, all));
    expect(judged.flatMap(({ breaches }) => breaches)).toEqual([]);
    expect(judged.flatMap(({ keysWithoutTtl }) => keysWithoutTtl)).toEqual([]);
    for (const { keys } of judged) expect(keys).toBeGreaterThan(0);
    for (const { sold } of all) expect(sold).toBe(UNITS);

    expect(sum(all, 'killed')).toBeGreaterThanOrEqual(0.02 * ORDERS * ROUNDS);
    expect(sum(all, 'frozen')).toBeGreaterThanOrEqual(0.01 * ORDERS * ROUNDS);
    expect(sum(all, 'dropped')).toBeGreaterThanOrEqual(WORKERS);
    expect(sum(all, 'emptied')).toBeGreaterThanOrEqual(2);
    expect(sum(all, 'restarted')).toBe(1);
    expect(sum(all, 'stale')).toBeGreaterThan(0);
    const tooLong = judged.filter(({ counts }) => counts.stallMs >= 2 * LEASE_MS);
    expect(tooLong.map(({ stall }) => stall).join('\n')).toBe('');
  }, 200_000);
});

const sum = (all: readonly Counts[], name: keyof Counts): number =>
  all.reduce((total, counts) => total + counts[name], 0);

function tableOf(strategy: string, all: readonly Counts[]): string {
  const told = ['orders', 'requests', 'sold', 'killed', 'frozen', 'dropped'] as const;
  const totals = [...told, ...(['lostReplies', 'emptied', 'restarted', 'stale'] as const)];
  const stallMs = Math.max(...all.map((counts) => counts.stallMs));
  const words = totals.map((name) => `${name} ${sum(all, name)}`);
  const excused = `${sum(all, 'excusedMs')} of ${sum(all, 'tookMs')} ms excused`;
  return `${strategy.padEnd(16)} ${words.join('  ')}  longest stall ${stallMs} ms (${excused})`;
}
