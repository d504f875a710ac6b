import { colourOfLaw, type Column, count, grid, lawIn, ms, type Paint } from '../race/grid.ts';
import type { Report, ScenarioReport } from './report.ts';

const scenario: Column<ScenarioReport> = {
  heading: ['', 'scenario'],
  value: (row) => row.scenario,
};

/** What happened. */
const outcome: readonly Column<ScenarioReport>[] = [
  scenario,
  { heading: ['', 'sent'], value: ({ sent }) => String(sent) },
  { heading: ['', '201'], value: ({ succeeded }) => String(succeeded) },
  { heading: ['of them', 'replayed'], value: ({ replayed }) => String(replayed) },
  { heading: ['', 'refused'], value: ({ refused }) => String(refused) },
  { heading: ['', 'other'], value: ({ otherAnswers }) => String(otherAnswers) },
  { heading: ['', 'effects'], value: ({ effects }) => String(effects) },
  { heading: ['', 'law'], value: lawIn, colour: colourOfLaw },
  { heading: ['', 'the older shop'], value: ({ olderShop }) => olderShop ?? '–', words: true },
];

/** How long it took, and what it cost in the store. */
const costs: readonly Column<ScenarioReport>[] = [
  scenario,
  { heading: ['', 'median wall ms'], value: ({ wallMs }) => ms(wallMs.p50) },
  {
    heading: ['per request', 'store requests'],
    value: (row) => count(row.storeRequestsPerRequest),
  },
  { heading: ['', 'write units'], value: (row) => count(row.writeUnitsPerRequest) },
];

/** The report as tables, one under the other, so that none is wider than a terminal. */
export function tableOf({ money }: Report, paint: Paint = (_, text) => text): string {
  const { scenarios, modelled } = money;
  const tables = (rows: readonly ScenarioReport[]): string[] =>
    [outcome, costs].map((columns) => grid(columns, rows, paint));
  return [
    ...tables(scenarios),
    ...(modelled === undefined ? [] : ['Under the contention model:', ...tables(modelled)]),
  ].join('\n\n');
}

/** How the figures came about. */
export interface Conditions {
  readonly crowd: number;
  readonly harness: string;
  readonly nodeVersion: string;
  readonly cores: number;
  /** Of the contention model, if it was used. */
  readonly roundTripMs: number | undefined;
}

/** What was measured and judged, and where the words on others come from. */
export function footnoteOf({ money }: Report, conditions: Conditions): string {
  const { crowd, harness, nodeVersion, cores, roundTripMs } = conditions;
  const model =
    roundTripMs === undefined
      ? ''
      : ` The model: bench/contention.ts, with round trips of ${roundTripMs} ms at least.`;
  return (
    `Sums over runs: ${money.runs}, after a warm-up; new users, orders and products in each; a crowd ` +
    `is ${crowd} requests;\n${harness}; Node ${nodeVersion}, ${cores} cores.${model}\n\n${JUDGED}\n\n${OTHERS}`
  );
}

const JUDGED = `Effects are counted in the ledger, not in the answers: the law wants one for each thing asked for,
seq without a gap, balances that add up, and an order that is PAID if and only if one entry paid it.`;

const OTHERS = `Not from this run: what others did, as measured earlier for this project:
  the older study's shop          what the last column says; – where it was not measured
  Vendure 3.7 (PostgreSQL)        a double submit left two settled payments`;
