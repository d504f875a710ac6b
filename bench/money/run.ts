import type { Cost } from '../../lib/ports/cost.ts';
import { Connections } from '../race/connections.ts';
import { costIn } from '../race/told.ts';
import { readBooks, readOrder } from './evidence.ts';
import { breachesIn, effectsIn } from './law.ts';
import type { Scenario } from './scenarios.ts';
import { sendTo, Stage, type StageOptions } from './stage.ts';
import { type Answered, toldBy } from './told.ts';

/** What one run of a scenario came to. */
export interface Run {
  readonly scenario: Scenario;
  readonly sent: number;
  /** Answered 201, replays too. */
  readonly succeeded: number;
  readonly replayed: number;
  readonly refused: number;
  readonly other: number;
  /** Entries that the ledger shows of it. */
  readonly effects: number;
  /** Empty if the law was kept. */
  readonly breaches: readonly string[];
  /** From the first request sent to the last answer. */
  readonly wallMs: number;
  /** Of the requests whose answers showed it. */
  readonly costs: readonly Cost[];
  /** One answer of each kind that is neither yes nor no, by its name. */
  readonly others: ReadonlyMap<string, string>;
}

/** Sets a new stage, plays the scenario on it, and judges by what the shop shows afterwards. */
export async function runScenario(
  scenario: Scenario,
  options: StageOptions & { readonly onSuccess: () => void },
): Promise<Run> {
  const connections = new Connections(options.url, options.crowd);
  try {
    await connections.open();
    const stage = new Stage(connections, options);
    const asked = await scenario.prepare(stage);
    // Nothing is parsed here: the clock runs.
    const sent = await paced(scenario.pace, asked, async (one) => {
      const answer = await sendTo(connections, one);
      if (answer.status === 201) options.onSuccess();
      return { asked: one, answer };
    });
    const answered = sent.map((one) => ({ asked: one.asked, told: toldBy(one.answer) }));
    const evidence = {
      openings: stage.openings,
      answered,
      books: await Promise.all(stage.customers.map((one) => readBooks(connections, one))),
      orders: await Promise.all(stage.orders.map((order) => readOrder(connections, order))),
    };
    const answers = sent.map(({ answer }) => answer);
    return {
      scenario,
      ...countsOf(answered),
      effects: effectsIn(evidence),
      breaches: breachesIn(evidence),
      wallMs:
        Math.max(...answers.map(({ endedAtMs }) => endedAtMs)) -
        Math.min(...answers.map(({ sentAtMs }) => sentAtMs)),
      costs: answers.flatMap(({ costHeader }) => costIn(costHeader) ?? []),
    };
  } finally {
    connections.close();
  }
}

/** Sends all requests together, or each after the answer to the one before. */
export async function paced<One, Sent>(
  pace: Scenario['pace'],
  all: readonly One[],
  send: (one: One) => Promise<Sent>,
): Promise<readonly Sent[]> {
  if (pace === 'at once') return Promise.all(all.map(send));
  const sent: Sent[] = [];
  for (const one of all) sent.push(await send(one));
  return sent;
}

function countsOf(answered: readonly Answered[]) {
  const all = answered.map(({ told }) => told);
  const count = (kind: string): number => all.filter((told) => told.kind === kind).length;
  return {
    sent: all.length,
    succeeded: count('done'),
    replayed: all.filter((told) => told.kind === 'done' && told.replayed).length,
    refused: count('refused'),
    other: count('other'),
    others: new Map(
      all.flatMap((told) => (told.kind === 'other' ? [[told.name, told.text] as const] : [])),
    ),
  };
}
