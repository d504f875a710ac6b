import type { Cost } from '../../lib/ports/cost.ts';
import { percentile } from '../race/percentile.ts';
import type { Rounds } from './rounds.ts';
import type { Run } from './run.ts';
import type { Scenario } from './scenarios.ts';

/** What `--json` writes. */
export interface Report {
  readonly money: {
    readonly runs: number;
    readonly scenarios: readonly ScenarioReport[];
    /** The same again under the contention model, with `--model`. */
    readonly modelled?: readonly ScenarioReport[];
  };
}

/** Counts are sums over the runs; costs are null if the shop does not show them. */
export interface ScenarioReport {
  readonly scenario: string;
  readonly runs: number;
  readonly sent: number;
  /** Answered 201, replays too. */
  readonly succeeded: number;
  readonly replayed: number;
  readonly refused: number;
  readonly otherAnswers: number;
  readonly effects: number;
  /** Runs in which it was. */
  readonly lawBroken: number;
  readonly wallMs: { readonly p50: number };
  readonly storeRequestsPerRequest: number | null;
  readonly writeUnitsPerRequest: number | null;
  readonly olderShop: string | null;
}

/** Sums up a race for money. */
export function reportOf({ counted, modelled }: Rounds, runs: number): Report {
  const scenarios = reportsOf(counted);
  const again = modelled.length === 0 ? {} : { modelled: reportsOf(modelled) };
  return { money: { runs, scenarios, ...again } };
}

const reportsOf = (runs: readonly Run[]): ScenarioReport[] =>
  [...Map.groupBy(runs, ({ scenario }) => scenario)].map(([scenario, own]) =>
    scenarioReportOf(scenario, own),
  );

function scenarioReportOf(scenario: Scenario, runs: readonly Run[]): ScenarioReport {
  const sum = (of: (run: Run) => number): number => runs.reduce((all, run) => all + of(run), 0);
  const costs = runs.flatMap((run) => run.costs);
  const perRequest = (of: (cost: Cost) => number): number | null =>
    costs.length === 0
      ? null
      : rounded(costs.reduce((all, cost) => all + of(cost), 0) / costs.length);
  return {
    scenario: scenario.name,
    runs: runs.length,
    sent: sum(({ sent }) => sent),
    succeeded: sum(({ succeeded }) => succeeded),
    replayed: sum(({ replayed }) => replayed),
    refused: sum(({ refused }) => refused),
    otherAnswers: sum(({ other }) => other),
    effects: sum(({ effects }) => effects),
    lawBroken: runs.filter(({ breaches }) => breaches.length > 0).length,
    wallMs: {
      p50: rounded(
        percentile(
          runs.map(({ wallMs }) => wallMs),
          50,
        ),
      ),
    },
    storeRequestsPerRequest: perRequest(({ requests }) => requests),
    writeUnitsPerRequest: perRequest(({ writeUnits }) => writeUnits),
    olderShop: scenario.olderShop ?? null,
  };
}

/** To a thousandth: no clock or meter here knows more. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
