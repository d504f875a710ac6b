import { availableParallelism } from 'node:os';
import type { Paint } from '../race/grid.ts';
import { type Report, reportOf } from './report.ts';
import { runRounds } from './rounds.ts';
import { footnoteOf, tableOf } from './table.ts';

/** Equal requests at once: more than a client that lost its patience could send. */
const CROWD = 50;

/** The shop that is raced against, and the same shop once more under the contention model. */
export interface MoneyVenue {
  readonly url: string;
  readonly modelledUrl?: string;
  /** How it runs, in words. */
  readonly harness: string;
}

export interface MoneyOptions {
  readonly runs: number;
  readonly model: { readonly roundTripMs: number } | undefined;
}

/** Sends what a shop may take for a new payment or charge, and sees what its ledger makes of it. */
export async function raceForMoney(
  venue: MoneyVenue,
  { runs, model }: MoneyOptions,
  { signal, paint }: { readonly signal: AbortSignal; readonly paint: Paint },
): Promise<{ readonly breaches: number; readonly report: Report; readonly text: string }> {
  const rounds = await runRounds({ ...venue, runs, crowd: CROWD }, signal);
  const report = reportOf(rounds, runs);
  const conditions = {
    crowd: CROWD,
    harness: venue.harness,
    nodeVersion: process.version.slice(1),
    cores: availableParallelism(),
    roundTripMs: model?.roundTripMs,
  };
  const text = `${tableOf(report, paint)}\n\n${footnoteOf(report, conditions)}`;
  return { breaches: rounds.breaches, report, text };
}
