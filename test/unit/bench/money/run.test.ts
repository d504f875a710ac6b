import { afterEach, describe, expect, it } from '@jest/globals';
import { paced, type Run, runScenario } from '../../../../bench/money/run.ts';
import { scenarios } from '../../../../bench/money/scenarios.ts';
import { type Fault, FakeShop } from './fake-shop.ts';

const CROWD = 6;

describe('the race for money', () => {
  let shop: FakeShop | undefined;
  afterEach(() => shop?.close());

  async function race(fault: Fault): Promise<ReadonlyMap<string, Run>> {
    shop = new FakeShop(fault);
    const url = await shop.open();
    const runs = new Map<string, Run>();
    for (const [i, scenario] of scenarios.entries()) {
      const options = { url, id: `race-${i}`, crowd: CROWD, onSuccess: () => undefined };
      runs.set(scenario.name, await runScenario(scenario, options));
    }
    return runs;
  }

  const broken = (runs: ReadonlyMap<string, Run>): string[] =>
    [...runs].filter(([, { breaches }]) => breaches.length > 0).map(([name]) => name);

  it('finds nothing wrong with an honest shop, and counts what it did', async () => {
    const runs = await race('never');
    expect([...runs.values()].flatMap(({ breaches }) => breaches)).toEqual([]);
    const counts = [...runs].map(([name, run]) => [
      ...[name, run.sent, run.succeeded, run.replayed, run.refused, run.other, run.effects],
    ]);
    expect(counts).toEqual([
      ['pay: one key, at once', 6, 6, 5, 0, 0, 1],
      ['pay: one key, in sequence', 5, 5, 4, 0, 0, 1],
      ['pay: many keys, at once', 6, 1, 0, 5, 0, 1],
      ['pay: another key, in sequence', 2, 1, 0, 1, 0, 1],
      ["pay: another user's order", 3, 1, 0, 2, 0, 1],
      ['charge: one key, at once', 6, 6, 5, 0, 0, 1],
      ['charge: one key, in sequence', 5, 5, 4, 0, 0, 1],
      ['charge: one reference, at once', 6, 1, 0, 5, 0, 1],
      ['charge and pay, all different', 25, 25, 0, 0, 0, 25],
    ]);
  });

  it.each<[Fault, string[]]>([
    [
      'pays twice',
      [
        ...['pay: one key, at once', 'pay: one key, in sequence', 'pay: many keys, at once'],
        'pay: another key, in sequence',
      ],
    ],
    ['charges twice', ['charge: one key, at once', 'charge: one key, in sequence']],
    ['credits references twice', ['charge: one reference, at once']],
    ['loses charges', ['charge and pay, all different']],
    ['lets anybody pay', ["pay: another user's order"]],
    [
      'marks no replay',
      [
        ...['pay: one key, at once', 'pay: one key, in sequence'],
        ...['charge: one key, at once', 'charge: one key, in sequence'],
      ],
    ],
  ])('finds a shop out that %s', async (fault, names) => {
    expect(broken(await race(fault))).toEqual(names);
  });

  it('believes the ledger, and not the answers, that a payment was made twice', async () => {
    const run = (await race('pays twice and replays')).get('pay: one key, in sequence');
    expect(run).toMatchObject({ succeeded: 5, replayed: 4, effects: 5 });
    expect(run?.breaches).toEqual([
      expect.stringMatching(/^order ord_\d+ is PAID, and 5 entries pay it$/),
      expect.stringMatching(/^the payment of ord_\d+ was done 5 times$/),
    ]);
  });

  it.each<Fault>(['forgets to mark orders', 'refuses everybody', 'is away'])(
    'finds every payment wrong of a shop that %s',
    async (fault) => {
      const names = broken(await race(fault));
      const paying = scenarios.map(({ name }) => name).filter((name) => name.startsWith('pay'));
      expect(names).toEqual(expect.arrayContaining(paying));
    },
  );

  it('shows answers that are neither yes nor no', async () => {
    const run = (await race('is away')).get('charge and pay, all different');
    expect(run).toMatchObject({ succeeded: 20, other: 5, effects: 20, breaches: [] });
    expect([...(run?.others ?? [])]).toEqual([['503 unavailable', '{"code":"unavailable"}']]);
  });
});

describe('a scenario’s pace', () => {
  const open = () => {
    const answers: (() => void)[] = [];
    const send = (value: number) =>
      new Promise<number>((resolve) => {
        answers.push(() => {
          resolve(value * 10);
        });
      });
    return { answers, send };
  };

  it('at once sends all before the first is answered, and keeps their order', async () => {
    const { answers, send } = open();
    const sent = paced('at once', [1, 2, 3], send);
    expect(answers).toHaveLength(3);
    for (const answer of answers.toReversed()) answer();
    expect(await sent).toEqual([10, 20, 30]);
  });

  it('in sequence sends each after the answer to the one before', async () => {
    const { answers, send } = open();
    const sent = paced('in sequence', [1, 2], send);
    expect(answers).toHaveLength(1);
    answers[0]?.();
    while (answers.length < 2) await Promise.resolve();
    answers[1]?.();
    expect(await sent).toEqual([10, 20]);
  });
});
