import { randomBytes } from 'node:crypto';
import type { RaceOptions } from './options.ts';
import { LaneLog } from './lane-log.ts';
import { type Progress, showRace } from './progress.ts';
import type { Racer } from './racers.ts';
import { RedisCalls } from './redis-calls.ts';
import { type Run, runOnce } from './run.ts';
import { signIn } from './shoppers.ts';
import type { Venue } from './venue.ts';

/** All runs of a race. */
export interface Rounds {
  readonly counted: readonly Run[];
  /** Counted runs under the contention model; none without `--model`. */
  readonly modelled: readonly Run[];
  /** Breaches of the law, in the runs that don't count too; `naive` is there to break it. */
  readonly breaches: number;
}

/**
 * Orders that a shop and its engine answer before they are as fast as they will be: behind
 * serverless-offline runs of 30 went from 620 ms to 300 ms within the first 22, and stayed there.
 */
const WARM_UP_ORDERS = 600;
/** A small crowd is not worth more waiting. */
const WARM_UPS_MAX = 30;

/**
 * Every strategy once, then again, so that a slow minute of the machine falls on all of them; with
 * a shop under the contention model each run is followed by its like there.
 */
export async function runRounds(
  venue: Pick<Venue, 'url' | 'modelledUrl' | 'naive' | 'redisUrl' | 'logFiles'>,
  options: RaceOptions,
  signal: AbortSignal,
): Promise<Rounds> {
  const { strategies, orders, units, runs, concurrency } = options;
  const raceId = `race-${randomBytes(6).toString('hex')}`;
  const shoppers = await signIn(raceId, orders);
  const warmUps = Math.min(WARM_UPS_MAX, Math.ceil(WARM_UP_ORDERS / (orders * strategies.length)));
  const shops = [false, ...(venue.modelledUrl === undefined ? [] : [true])];
  const redisCalls = venue.redisUrl === undefined ? undefined : new RedisCalls(venue.redisUrl);
  const logs = new Map(
    [...(venue.logFiles ?? [])].map(([url, file]) => [url, new LaneLog(file)] as const),
  );
  const progress = showRace((warmUps + runs) * strategies.length * shops.length);
  const all: { run: Run; counts: boolean; modelled: boolean }[] = [];

  const go = async (round: number, strategy: Racer, modelled: boolean): Promise<void> => {
    signal.throwIfAborted();
    const counts = round >= warmUps;
    const name = counts
      ? `run ${round - warmUps + 1} of ${runs}`
      : `warm-up ${round + 1} of ${warmUps}`;
    const runner = modelled ? `${strategy} under the model` : strategy;
    progress.begin({ round: name, subject: runner });
    const sku = `${raceId}-${round}-${strategies.indexOf(strategy)}`;
    const onAccepted = progress.accepted;
    const url = urlOf(venue, strategy, modelled);
    const crowd = { units, shoppers, concurrency, onAccepted };
    const run = await runOnce({ url, strategy, sku, redisCalls, laneLog: logs.get(url), ...crowd });
    tell(progress, `${name}, ${runner}`, run);
    progress.done();
    all.push({ run, counts, modelled });
  };

  try {
    for (let round = 0; round < warmUps + runs; round++) {
      for (const strategy of strategies) {
        for (const modelled of shops) await go(round, strategy, modelled);
      }
    }
  } finally {
    progress.end();
    redisCalls?.close();
  }
  const counted = (under: boolean): Run[] =>
    all.filter(({ counts, modelled }) => counts && modelled === under).map(({ run }) => run);
  return {
    counted: counted(false),
    modelled: counted(true),
    breaches: all
      .filter(({ run }) => run.strategy !== 'naive')
      .reduce((sum, { run }) => sum + run.breaches.length, 0),
  };
}

function urlOf(
  venue: Pick<Venue, 'url' | 'modelledUrl' | 'naive'>,
  racer: Racer,
  modelled: boolean,
) {
  const { url, modelledUrl } = racer === 'naive' && venue.naive ? venue.naive : venue;
  return modelled && modelledUrl !== undefined ? modelledUrl : url;
}

/** What must not be overlooked. */
function tell(progress: Progress, name: string, { strategy, breaches, other, others }: Run): void {
  // Its breaches are what the table shows of it.
  if (strategy === 'naive') return;
  for (const breach of breaches) progress.say(`LAW BROKEN in ${name}: ${breach}`);
  if (other === 0) return;
  progress.say(`${name}: ${other} answers were neither yes nor no; one of each kind:`);
  for (const [kind, { count, text }] of others) progress.say(`  ${kind}, ${count} times: ${text}`);
}
