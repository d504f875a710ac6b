/** All that is known of a run once it is over: what shoppers were told, and what the shop shows. */
export interface Evidence {
  readonly sku: string;
  /** Orders that were sent. */
  readonly orders: number;
  /** Units that were put on sale. */
  readonly units: number;
  readonly sales: readonly Sale[];
  readonly refused: number;
  readonly other: number;
  /** Of the other answers, those after which units may have been taken. */
  readonly unsettled: number;
  /** The product's, read after the last answer. */
  readonly availableUnits: number;
  /** Of the orders that queued: where each stood in its lane, and whether it was accepted. */
  readonly turns?: readonly Turn[];
}

export interface Turn {
  readonly partition: number;
  readonly offset: number;
  readonly accepted: boolean;
}

/** An order that was accepted, and what its owner reads under its id. */
export interface Sale {
  readonly orderId: string;
  readonly readStatus: number;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
}

/**
 * Judges a run by the law of stock: each unit is sold exactly once, and nobody is turned away while
 * one is left. Returns each breach in words; none if the law was kept.
 */
export function breachesIn(evidence: Evidence): readonly string[] {
  return [
    ...missingAnswers(evidence),
    ...oversold(evidence),
    ...wrongStock(evidence),
    ...falseRefusals(evidence),
    ...repeatedIds(evidence),
    ...wrongOrders(evidence),
    ...outOfTurn(evidence),
  ];
}

function missingAnswers({ orders, sales, refused, other }: Evidence): string[] {
  const answers = sales.length + refused + other;
  return answers === orders ? [] : [`${orders} orders were sent, but ${answers} were answered`];
}

function oversold({ sales, units }: Evidence): string[] {
  const accepted = sales.length;
  return accepted <= units ? [] : [`oversold: ${accepted} orders accepted on ${units} units`];
}

/** An order whose answer was lost may have taken a unit; each other unit is sold or left. */
function wrongStock({ sales, units, unsettled, availableUnits }: Evidence): string[] {
  const most = units - sales.length;
  const least = most - unsettled;
  if (availableUnits >= least && availableUnits <= most) return [];
  const count = `${units} units on sale, ${sales.length} sold, ${availableUnits} left`;
  return availableUnits < least
    ? [`${least - availableUnits} units lost: ${count}`]
    : [`${availableUnits - most} units too many: ${count}`];
}

/** Stock only falls during a run, so what is left at its end was there for each refused order. */
function falseRefusals({ refused, availableUnits }: Evidence): string[] {
  if (refused === 0 || availableUnits <= 0) return [];
  return [`false refusals: ${refused} orders refused with ${availableUnits} units left`];
}

/** Equal orders are accepted as long as there is a unit, and then no more. */
function outOfTurn({ turns = [] }: Evidence): string[] {
  const lanes = new Set(turns.map(({ partition }) => partition));
  const inTurn = turns.toSorted((a, b) => a.offset - b.offset);
  const firstRefused = inTurn.findIndex(({ accepted }) => !accepted);
  const late = firstRefused === -1 ? undefined : inTurn.slice(firstRefused).find((t) => t.accepted);
  return [
    ...(lanes.size > 1 ? [`one product queued in ${lanes.size} partitions`] : []),
    ...(late === undefined
      ? []
      : [
          `out of turn: offset ${late.offset} accepted after ${inTurn[firstRefused]?.offset} was not`,
        ]),
  ];
}

function repeatedIds({ sales }: Evidence): string[] {
  const counts = Map.groupBy(sales, ({ orderId }) => orderId);
  return [...counts]
    .filter(([, same]) => same.length > 1)
    .map(([orderId, same]) => `${same.length} accepted orders have the same id: ${orderId}`);
}

function wrongOrders({ sales, sku }: Evidence): string[] {
  return sales.flatMap(({ orderId, readStatus, lines }) => {
    const name = orderId === '' ? 'an accepted order without an id' : `accepted order ${orderId}`;
    if (readStatus !== 200) return [`${name} can't be read by its owner: ${readStatus}`];
    const [line, ...more] = lines;
    const right = line?.sku === sku && line.quantity === 1 && more.length === 0;
    return right ? [] : [`${name} does not hold one unit of ${sku}: ${JSON.stringify(lines)}`];
  });
}
