/** Paints a word, or leaves it as it is where there are no colours. */
export type Paint = (colour: 'green' | 'red' | 'bold', text: string) => string;

/** One figure of each row. */
export interface Column<Row> {
  /** Two lines of heading; a column without a first one stands under its neighbour's. */
  readonly heading: readonly [string, string];
  readonly value: (row: Row) => string;
  readonly colour?: (row: Row) => 'green' | 'red';
  /** Words and no figures; the first column's are always so. */
  readonly words?: true;
}

const GAP = '  ';

/** Rows under their headings: words begin, and figures end, where the heading does. */
export function grid<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  paint: Paint,
): string {
  const cells = columns.map(({ value }) => rows.map(value));
  const widths = columns.map(({ heading }, c) =>
    Math.max(heading[1].length, ...(cells[c] ?? []).map((text) => text.length)),
  );
  const aligned = (text: string, c: number): string =>
    c === 0 || columns[c]?.words ? text.padEnd(widths[c] ?? 0) : text.padStart(widths[c] ?? 0);
  const line = (texts: readonly string[]): string => texts.join(GAP).trimEnd();
  const names = line(columns.map(({ heading }, c) => aligned(heading[1], c)));
  const body = rows.map((row, r) =>
    line(
      columns.map(({ colour }, c) => {
        const text = aligned(cells[c]?.[r] ?? '', c);
        return colour === undefined ? text : paint(colour(row), text);
      }),
    ),
  );
  return [groups(columns, widths), paint('bold', names), ...body].join('\n');
}

/** A group's name begins where its first column's own name does, as far as there is room. */
function groups<Row>(columns: readonly Column<Row>[], widths: readonly number[]): string {
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

/** Milliseconds in three digits or more. */
export const ms = (value: number): string => (value < 100 ? value.toFixed(1) : value.toFixed(0));

/** A count per something; a dash where it is not known. */
export const count = (value: number | null): string => (value === null ? '–' : value.toFixed(2));

interface Judged {
  /** Runs in which the law was broken. */
  readonly lawBroken: number;
}

export const lawIn = ({ lawBroken }: Judged): string => (lawBroken === 0 ? 'kept' : 'BROKEN');

export const colourOfLaw = ({ lawBroken }: Judged): 'green' | 'red' =>
  lawBroken === 0 ? 'green' : 'red';
