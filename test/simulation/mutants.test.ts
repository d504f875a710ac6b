import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mutants } from './mutants/all.ts';
import { Players } from './players.ts';

const SEEDS_MAX = 1_000;

let players: Players;
beforeAll(() => {
  players = new Players();
});

const caught: string[] = [];
afterAll(async () => {
  await players.close();
  process.stdout.write(`${caught.join('\n')}\n`);
});

const suite = process.env['SEED'] === undefined ? describe : describe.skip;

/** Bugs planted to see that the laws notice: a law that never fails may be no law. */
suite.each(Object.entries(mutants))('%s', (mutant, { bug }) => {
  it(`catches a shop that ${bug}`, async () => {
    const { violation } = await players.playUntilViolation(SEEDS_MAX, { mutant });
    const [law = ''] = violation?.violations[0]?.split(':') ?? [];
    caught.push(`${mutant.padEnd(30)} seed ${String(violation?.seed).padStart(4)}  ${law}`);
    expect(violation).toBeDefined();
  });
});
