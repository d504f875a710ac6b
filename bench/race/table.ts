import type { ModelledReport, Report, StrategyReport } from './report.ts';

/** Paints a word, or leaves it as it is where there are no colours. */
export type Paint = (colour: 'green' | 'red' | 'bold', text: string) => string;

interface Column {
  /** Two lines of heading; a column without a first one stands under its neighbour's. */
  readonly heading: readonly [string, string];
  readonly value: (row: StrategyReport) => string;
  readonly colour?: (row: StrategyReport) => 'green' | 'red';
}

const strategy: Column = { heading: ['', 'strategy'], value: (row) => row.strategy };

/** What happened, and how fast. */
const outcome: readonly Column[] = [
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
const costs: readonly Column[] = [
  strategy,
  { heading: ['per order', 'attempts'], value: (row) => count(row.attemptsPerOrder) },
  { heading: ['', 'requests'], value: (row) => count(row.requestsPerOrder) },
  { heading: ['', 'write units'], value: (row) => count(row.writeUnitsPerOrder) },
  { heading: ['', 'read units'], value: (row) => count(row.readUnitsPerOrder) },
  { heading: ['', 'hot-item writes'], value: (row) => count(row.hotWritesPerOrder) },
];

/** One figure without the contention model, and beside it the same under the model. */
function pair(
  name: string,
  text: (figures: ModelledReport) => string,
  colour?: (figures: ModelledReport) => 'green' | 'red',
): readonly Column[] {
  const modelled = (row: StrategyReport): ModelledReport => row.modelled ?? row;
  return [
    { heading: [name, 'plain'], value: text, ...(colour && { colour }) },
    {
      heading: ['', 'model'],
      value: (row) => text(modelled(row)),
      ...(colour && { colour: (row: StrategyReport) => colour(modelled(row)) }),
    },
  ];
}

/** What the contention model changes. */
const contention: readonly Column[] = [
  strategy,
  ...pair('accepted', ({ accepted }) => String(accepted)),
  ...pair('other', ({ otherAnswers }) => String(otherAnswers)),
  ...pair('law', lawIn, colourOfLaw),
  ...pair('attempts', ({ attemptsPerOrder }) => count(attemptsPerOrder)),
  ...pair('write units', ({ writeUnitsPerOrder }) => count(writeUnitsPerOrder)),
  ...pair('wall ms p50', ({ wallMs }) => ms(wallMs.p50)),
  ...pair('wall ms p95', ({ wallMs }) => ms(wallMs.p95)),
];

/** The report as tables, one under the other, so that none is wider than a terminal. */
export function tableOf({ strategies }: Report, paint: Paint = (_, text) => text): string {
  const modelled = strategies.some((row) => row.modelled !== undefined);
  return [outcome, costs, ...(modelled ? [contention] : [])]
    .map((columns) => grid(columns, strategies, paint))
    .join('\n\n');
}

const GAP = '  ';

function grid(columns: readonly Column[], rows: readonly StrategyReport[], paint: Paint): string {
  const cells = columns.map(({ value }) => rows.map(value));
  const widths = columns.map(({ heading }, c) =>
    Math.max(heading[1].length, ...(cells[c] ?? []).map((text) => text.length)),
  );
  const aligned = (text: string, c: number): string =>
    c === 0 ? text.padEnd(widths[c] ?? 0) : text.padStart(widths[c] ?? 0);
  const names = columns.map(({ heading }, c) => aligned(heading[1], c)).join(GAP);
  const body = rows.map((row, r) =>
    columns
      .map(({ colour }, c) => {
        const text = aligned(cells[c]?.[r] ?? '', c);
        return colour === undefined ? text : paint(colour(row), text);
      })
      .join(GAP),
  );
  return [groups(columns, widths), paint('bold', names), ...body].join('\n');
}

/** A group's name begins where its first column's own name does, as far as there is room. */
function groups(columns: readonly Column[], widths: readonly number[]): string {
  let line = '';
  let column = 0;
  for (const [c, { heading }] of columns.entries()) {
    const [group, name] = heading;
    const width = widths[c] ?? 0;
    if (group !== '') line = line.padEnd(column + Math.max(0, width - name.length)) + group;
    column += width + GAP.length;
  }
  return line;
}

function lawIn({ lawBroken }: Pick<StrategyReport, 'lawBroken'>): string {
  return lawBroken === 0 ? 'kept' : 'BROKEN';
}

function colourOfLaw({ lawBroken }: Pick<StrategyReport, 'lawBroken'>): 'green' | 'red' {
  return lawBroken === 0 ? 'green' : 'red';
}

function ms(value: number): string {
  return value < 100 ? value.toFixed(1) : value.toFixed(0);
}

function count(value: number | null): string {
  return value === null ? '–' : value.toFixed(2);
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
      : ` In the columns "model": every run again under the contention model (bench/contention.ts), ` +
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
