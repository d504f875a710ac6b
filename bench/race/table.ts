import { colourOfLaw, type Column, count, grid, lawIn, ms, type Paint } from './grid.ts';
import type { ModelledReport, Report, StrategyReport } from './report.ts';

/** A strategy's figures, or the same under the contention model. */
interface Row extends ModelledReport {
  readonly name: string;
}

/** Of each strategy one row, and right under it the one under the model. */
const rowsOf = ({ modelled, ...plain }: StrategyReport): readonly Row[] => [
  { name: plain.strategy, ...plain },
  ...(modelled === undefined ? [] : [{ name: MODELLED, ...modelled }]),
];

const MODELLED = '  under the model';

const strategy: Column<Row> = { heading: ['', 'strategy'], value: ({ name }) => name };

/** What happened, and how fast. */
const outcome: readonly Column<Row>[] = [
  strategy,
  { heading: ['', 'runs'], value: ({ runs }) => String(runs) },
  { heading: ['', 'accepted'], value: ({ accepted }) => String(accepted) },
  { heading: ['', 'refused'], value: ({ refused }) => String(refused) },
  { heading: ['', 'other'], value: ({ otherAnswers }) => String(otherAnswers) },
  { heading: ['stock', 'left'], value: ({ unitsLeft }) => String(unitsLeft) },
  {
    heading: ['', 'law'],
    value: lawIn,
    colour: colourOfLaw,
  },
  { heading: ['wall ms', 'min'], value: ({ wallMs }) => ms(wallMs.min) },
  { heading: ['', 'median'], value: ({ wallMs }) => ms(wallMs.p50) },
  { heading: ['', 'p95'], value: ({ wallMs }) => ms(wallMs.p95) },
  { heading: ['', 'max'], value: ({ wallMs }) => ms(wallMs.max) },
  { heading: ['request ms', 'p50'], value: ({ latencyMs }) => ms(latencyMs.p50) },
  { heading: ['', 'p99'], value: ({ latencyMs }) => ms(latencyMs.p99) },
];

/** What an order cost in the store, whether accepted or refused. */
const costs: readonly Column<Row>[] = [
  strategy,
  { heading: ['per order', 'attempts'], value: (row) => count(row.attemptsPerOrder) },
  { heading: ['', 'requests'], value: (row) => count(row.requestsPerOrder) },
  { heading: ['', 'write units'], value: (row) => count(row.writeUnitsPerOrder) },
  { heading: ['', 'read units'], value: (row) => count(row.readUnitsPerOrder) },
  { heading: ['', 'hot-item writes'], value: (row) => count(row.hotWritesPerOrder) },
];

/** Of orders that queue: until all were acknowledged, and how many were decided at a time. */
const lane: readonly Column<Row>[] = [
  {
    heading: ['lane', 'publish ms'],
    value: ({ publishMs }) => (publishMs ? ms(publishMs.p50) : '–'),
  },
  { heading: ['', 'per transaction'], value: (row) => count(row.ordersPerTransaction ?? null) },
];

/** Commands to Redis: those that the shop sent, and those that ran there, in scripts too. */
const redis: readonly Column<Row>[] = [
  { heading: ['Redis', 'sent'], value: (row) => count(row.redisCommandsPerOrder ?? null) },
  { heading: ['', 'run'], value: (row) => count(row.redisCallsPerOrder ?? null) },
];

/** The report as tables, one under the other, so that none is wider than a terminal. */
export function tableOf({ strategies }: Report, paint: Paint = (_, text) => text): string {
  const rows = strategies.flatMap(rowsOf);
  const used = rows.some((row) => row.redisCommandsPerOrder !== undefined);
  const queued = rows.some((row) => row.publishMs !== undefined);
  return [outcome, [...costs, ...(used ? redis : []), ...(queued ? lane : [])]]
    .map((columns) => grid(columns, rows, paint))
    .join('\n\n');
}

/** How the figures came about. */
export interface Conditions {
  readonly concurrency: number;
  readonly harness: string;
  readonly nodeVersion: string;
  readonly cores: number;
  /** Of the contention model, if it was used. */
  readonly roundTripMs?: number | undefined;
}

/** What was measured, in one line; for 30 orders on 20 units also what others needed. */
export function footnoteOf({ orders, units, runs }: Report, conditions: Conditions): string {
  const { concurrency, harness, nodeVersion, cores, roundTripMs } = conditions;
  const crowd = concurrency < orders ? `${concurrency} at a time` : 'all at once';
  const model =
    roundTripMs === undefined
      ? ''
      : ` In the rows "under the model": every run again under the contention model (bench/contention.ts), ` +
        `with round trips of ${roundTripMs} ms at least.`;
  const measured =
    `${orders} orders of one unit, ${crowd}, on ${units} units; runs of each strategy: ${runs}, ` +
    `interleaved, after a warm-up; ${harness}; Node ${nodeVersion}, ${cores} cores.${model}`;
  const seedCase = orders === 30 && units === 20 && concurrency === orders;
  return seedCase ? `${measured}\n\n${OTHERS}` : measured;
}

const OTHERS = `Not from this run: what others needed for the same case on the same kind of machine, as measured
earlier for this project:
  the older study's shop over HTTP (row lock, JVM, database in memory)      99 ms (median)
  Medusa 2.21 (PostgreSQL, Redis lock)                                   4,300 ms (to 5,700 ms)`;
