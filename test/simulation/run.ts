import { startClients } from './clients.ts';
import type { Coverage } from './coverage.ts';
import { drain } from './drain.ts';
import { calm, drawWeather } from './faults.ts';
import { checkAnswers } from './laws/answers.ts';
import { caseOf } from './laws/case.ts';
import { checkKeys } from './laws/keys.ts';
import { checkMoney } from './laws/money.ts';
import { checkStock } from './laws/stock.ts';
import type { Mutant } from './mutants/mutant.ts';
import { World } from './world.ts';

/** One seed's schedule, and the laws that it broke. */
export interface Run {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly coverage: Coverage;
  /** Everything that happened, step by step; empty unless it was asked for. */
  readonly trace: readonly string[];
}

/** Plays a seed to its end: the clients in bad weather, then a calm in which all is settled. */
export async function run(
  seed: number,
  { mutant, tracing = false }: { mutant?: Mutant | undefined; tracing?: boolean } = {},
): Promise<Run> {
  const world = new World(seed, mutant, tracing);
  const { scheduler, network, random, beginning, sent, violations, coverage } = world;
  network.weather = drawWeather(random);
  startClients(world);
  await scheduler.run();
  network.weather = calm;
  const drained = await drain(world);

  const violated = (law: string, what: string) => violations.push(`${law}: ${what}`);
  const over = caseOf(beginning, sent, violated);
  checkAnswers(over, drained);
  checkKeys(over);
  checkStock(over);
  checkMoney(over);
  coverage['requests'] = sent.length;
  coverage['steps'] = scheduler.steps;
  return { seed, violations, coverage, trace: scheduler.trace ?? [] };
}
