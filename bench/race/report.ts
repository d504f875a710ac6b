import type { Cost } from '../../lib/ports/cost.ts';
import { percentile } from './percentile.ts';
import type { Racer } from './racers.ts';
import type { LaneRun, Run } from './run.ts';

/** The JSON of contract.md, "Running it". */
export interface Report {
  readonly orders: number;
  readonly units: number;
  readonly runs: number;
  readonly strategies: readonly StrategyReport[];
}

/** Counts are sums over the runs; costs are null if the shop does not show them. */
export interface StrategyReport {
  readonly strategy: Racer;
  readonly runs: number;
  readonly accepted: number;
  readonly refused: number;
  readonly otherAnswers: number;
  readonly unitsLeft: number;
  /** Runs in which it was. */
  readonly lawBroken: number;
  readonly wallMs: {
    readonly min: number;
    readonly p50: number;
    readonly p95: number;
    readonly max: number;
  };
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  readonly attemptsPerOrder: number | null;
  readonly requestsPerOrder: number | null;
  readonly writeUnitsPerOrder: number | null;
  readonly readUnitsPerOrder: number | null;
  readonly hotWritesPerOrder: number | null;
  /** Sent by the shop; absent if it sent none. */
  readonly redisCommandsPerOrder?: number;
  /** To the last order acknowledged; absent if none queued. */
  readonly publishMs?: { readonly min: number; readonly p50: number; readonly max: number };
  /** Decided in one transaction of a lane; absent if none queued, or if that is not known. */
  readonly ordersPerTransaction?: number;
  /** Run by the server, those inside of scripts too; absent if none was seen. */
  readonly redisCallsPerOrder?: number;
  /** The same runs again under the contention model. */
  readonly modelled?: ModelledReport;
}

/** Every figure once more, under the contention model. */
export type ModelledReport = Omit<StrategyReport, 'strategy' | 'modelled'>;

/** Sums up a strategy's runs, and those under the contention model if there are any. */
export function reportOf(
  strategy: Racer,
  runs: readonly Run[],
  modelled: readonly Run[] = [],
): StrategyReport {
  const report = { strategy, ...plainReportOf(runs) };
  return modelled.length === 0 ? report : { ...report, modelled: plainReportOf(modelled) };
}

function plainReportOf(runs: readonly Run[]): ModelledReport {
  const sum = (count: (run: Run) => number): number =>
    runs.reduce((total, run) => total + count(run), 0);
  const wallsMs = runs.map(({ wallMs }) => wallMs);
  const latenciesMs = runs.flatMap((run) => run.latenciesMs);
  const costs = runs.flatMap((run) => run.costs);
  const lanes = runs.flatMap(({ lane }) => lane ?? []);
  const settling = lanes.flatMap(({ cost }) => cost ?? []);
  const perOrder = (count: (cost: Cost) => number): number | null =>
    costs.length === 0
      ? null
      : rounded([...costs, ...settling].reduce((sum, cost) => sum + count(cost), 0) / costs.length);
  const sent = perOrder(({ redisCommands = 0 }) => redisCommands);
  const counted = runs.flatMap(({ redisCalls }) => redisCalls ?? []);
  const calls = counted.reduce((total, count) => total + count, 0);
  return {
    runs: runs.length,
    accepted: sum(({ accepted }) => accepted),
    refused: sum(({ refused }) => refused),
    otherAnswers: sum(({ other }) => other),
    unitsLeft: sum(({ unitsLeft }) => unitsLeft),
    lawBroken: runs.filter(({ breaches }) => breaches.length > 0).length,
    wallMs: {
      min: rounded(Math.min(...wallsMs)),
      p50: rounded(percentile(wallsMs, 50)),
      p95: rounded(percentile(wallsMs, 95)),
      max: rounded(Math.max(...wallsMs)),
    },
    latencyMs: {
      p50: rounded(percentile(latenciesMs, 50)),
      p99: rounded(percentile(latenciesMs, 99)),
    },
    attemptsPerOrder: perOrder(({ transactions }) => transactions),
    requestsPerOrder: perOrder(({ requests }) => requests),
    writeUnitsPerOrder: perOrder(({ writeUnits }) => writeUnits),
    readUnitsPerOrder: perOrder(({ readUnits }) => readUnits),
    // The product is the item that the whole crowd wants to write.
    hotWritesPerOrder: perOrder(({ itemWrites }) => itemWrites['products'] ?? 0),
    ...(sent === null || sent === 0 ? {} : { redisCommandsPerOrder: sent }),
    ...laneReportOf(lanes),
    ...(calls === 0 ? {} : { redisCallsPerOrder: rounded(calls / latenciesMs.length) }),
  };
}

function laneReportOf(
  lanes: readonly LaneRun[],
): Pick<StrategyReport, 'publishMs' | 'ordersPerTransaction'> {
  if (lanes.length === 0) return {};
  const publishMs = lanes.map((lane) => lane.publishMs);
  const told = lanes.filter(({ cost }) => cost !== undefined);
  const transactions = told.reduce((sum, { cost }) => sum + (cost?.transactions ?? 0), 0);
  const orders = told.reduce((sum, lane) => sum + lane.orders, 0);
  return {
    publishMs: {
      min: rounded(Math.min(...publishMs)),
      p50: rounded(percentile(publishMs, 50)),
      max: rounded(Math.max(...publishMs)),
    },
    ...(transactions === 0 ? {} : { ordersPerTransaction: rounded(orders / transactions) }),
  };
}

/** To a thousandth: no clock or meter here knows more. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
