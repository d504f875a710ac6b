import { availableParallelism } from 'node:os';
import type { Paint } from './grid.ts';
import type { RaceOptions } from './options.ts';
import { type Report, reportOf } from './report.ts';
import { runRounds } from './rounds.ts';
import { footnoteOf, tableOf } from './table.ts';
import type { Venue } from './venue.ts';

/** Sells the same few units to a crowd, again and again, and sums up what came of it. */
export async function raceForStock(
  venue: Venue,
  options: RaceOptions,
  { signal, paint }: { readonly signal: AbortSignal; readonly paint: Paint },
): Promise<{ readonly breaches: number; readonly report: Report; readonly text: string }> {
  const { orders, units, runs, strategies, concurrency, model } = options;
  const rounds = await runRounds(venue, options, signal);
  const runsOf = Map.groupBy(rounds.counted, ({ strategy }) => strategy);
  const modelledOf = Map.groupBy(rounds.modelled, ({ strategy }) => strategy);
  const report: Report = {
    orders,
    units,
    runs,
    strategies: strategies.map((strategy) =>
      reportOf(strategy, runsOf.get(strategy) ?? [], modelledOf.get(strategy)),
    ),
  };
  const conditions = {
    concurrency,
    harness: venue.harness,
    nodeVersion: process.version.slice(1),
    cores: availableParallelism(),
    roundTripMs: model?.roundTripMs,
  };
  const text = `${tableOf(report, paint)}\n\n${footnoteOf(report, conditions)}`;
  return { breaches: rounds.breaches, report, text };
}
