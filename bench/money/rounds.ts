import { randomBytes } from 'node:crypto';
import { type Progress, showRace } from '../race/progress.ts';
import { type Run, runScenario } from './run.ts';
import { scenarios } from './scenarios.ts';

/** All runs of a race for money. */
export interface Rounds {
  readonly counted: readonly Run[];
  /** Counted runs under the contention model; none without `--model`. */
  readonly modelled: readonly Run[];
  /** Breaches of the law, in the runs that don't count too. */
  readonly breaches: number;
}

export interface RoundsOptions {
  readonly url: string;
  /** The same shop once more, under the contention model. */
  readonly modelledUrl?: string;
  readonly runs: number;
  /** Requests at once, where a scenario leaves it open. */
  readonly crowd: number;
}

/** A shop's first requests are its slowest, and each scenario takes some hundred of them. */
const WARM_UPS = 1;

/** Every scenario once, then again, so that a slow minute of the machine falls on all of them. */
export async function runRounds(options: RoundsOptions, signal: AbortSignal): Promise<Rounds> {
  const { url, modelledUrl, runs, crowd } = options;
  const raceId = `money-${randomBytes(6).toString('hex')}`;
  const shops = [
    { url, under: '', into: [] as Run[] },
    ...(modelledUrl === undefined
      ? []
      : [{ url: modelledUrl, under: ' under the model', into: [] as Run[] }]),
  ];
  const progress = showRace((WARM_UPS + runs) * scenarios.length * shops.length);
  let breaches = 0;
  try {
    for (let round = 0; round < WARM_UPS + runs; round++) {
      const counts = round >= WARM_UPS;
      const name = counts ? `run ${round - WARM_UPS + 1} of ${runs}` : 'warm-up';
      for (const [number, scenario] of scenarios.entries()) {
        for (const { url, under, into } of shops) {
          signal.throwIfAborted();
          const subject = `${scenario.name}${under}`;
          progress.begin({ round: name, subject });
          const id = `${raceId}-${round}-${number}`;
          const onSuccess = progress.accepted;
          const run = await runScenario(scenario, { url, id, crowd, onSuccess });
          tell(progress, `${name}, ${subject}`, run);
          progress.done();
          breaches += run.breaches.length;
          if (counts) into.push(run);
        }
      }
    }
  } finally {
    progress.end();
  }
  return { counted: shops[0]?.into ?? [], modelled: shops[1]?.into ?? [], breaches };
}

/** What must not be overlooked. */
function tell(progress: Progress, name: string, { breaches, other, others }: Run): void {
  for (const breach of breaches) progress.say(`LAW BROKEN in ${name}: ${breach}`);
  if (other === 0) return;
  progress.say(`${name}: ${other} answers were neither yes nor no; one of each kind:`);
  for (const [kind, text] of others) progress.say(`  ${kind}: ${text}`);
}
