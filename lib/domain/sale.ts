import type { OrderId, Sku } from './ids.ts';
import type { OrderEvent } from './order-event.ts';
import { type Line, unitsBySku } from './stock.ts';

/**
 * How far an order's sale has come in the count: `counted`, its units are in; `ended`, they are out
 * again, or will never be in. It only goes forward, so events may come twice and in any order.
 */
export type SalePhase = 'counted' | 'ended';

/** What an event means for the count of paid units. */
export interface Sale {
  readonly orderId: OrderId;
  readonly phase: SalePhase;
  /** The day, in UTC, on which the order was paid: also what ended later counts there. */
  readonly day: string;
  readonly lines: readonly Line[];
}

/** What one transaction does to the count, and the phases for which it is right. */
export interface SalesPlan {
  readonly marks: readonly SaleMark[];
  readonly counters: readonly { readonly day: string; readonly sku: Sku; readonly units: number }[];
}

export interface SaleMark {
  readonly orderId: OrderId;
  readonly day: string;
  readonly from: SalePhase | 'none';
  readonly to: SalePhase;
}

/** The phases of sales as the store told them; `none`: it has not met the order. */
export type KnownSales = ReadonlyMap<OrderId, SalePhase | 'none'>;

/** DynamoDB's bound on the actions of one transaction. */
const ACTIONS_MAX = 100;
/** What `GET /products/top` can ask for. */
export const TOP_DAYS_MAX = 30;
const DAY_MS = 86_400_000;

export const dayOf = (at: number | string): string => new Date(at).toISOString().slice(0, 10);

/** So many days up to now, today among them. */
export const daysUntil = (nowMs: number, days: number): string[] =>
  Array.from({ length: days }, (_, ago) => dayOf(nowMs - ago * DAY_MS));

/**
 * What an event means for the count: nothing, unless the order was paid, and on a day that can still
 * be asked for. What is older is not counted, so the memory of it can be let go.
 */
export function saleIn(event: OrderEvent, nowMs: number): Sale | undefined {
  if (event.type === 'order.rejected') return undefined;
  const { orderId, paidAt, lines, type } = event;
  if (paidAt === undefined) return undefined;
  const day = dayOf(paidAt);
  if (day < dayOf(nowMs - TOP_DAYS_MAX * DAY_MS)) return undefined;
  return { orderId, phase: type === 'order.paid' ? 'counted' : 'ended', day, lines };
}

/** One sale for each order, in the last phase that any of its events means. */
export function foldedSales(sales: readonly Sale[]): Sale[] {
  const last = new Map<OrderId, Sale>();
  for (const sale of sales) {
    if (last.get(sale.orderId)?.phase !== 'ended') last.set(sale.orderId, sale);
  }
  return [...last.values()];
}

/** Splits sales, one for each order, into groups that fit one transaction each. */
export function saleGroups(sales: readonly Sale[]): Sale[][] {
  const groups: Sale[][] = [];
  let counters = new Set<string>();
  for (const sale of sales) {
    const group = groups.at(-1);
    const own = sale.lines.map(({ sku }) => `${sale.day} ${sku}`);
    const union = new Set([...counters, ...own]);
    if (group !== undefined && union.size + group.length + 1 <= ACTIONS_MAX) {
      group.push(sale);
      counters = union;
    } else {
      groups.push([sale]);
      counters = new Set(own);
    }
  }
  return groups;
}

/**
 * What is left to do for a group. Of an order that the store has not told of, the plan takes the
 * usual: nobody has counted it, or, if it ended, somebody has.
 */
export function planSales(sales: readonly Sale[], known: KnownSales): SalesPlan {
  const marks: SaleMark[] = [];
  const unitsOf = new Map<string, Map<Sku, number>>();
  for (const { orderId, phase, day, lines } of sales) {
    const from = known.get(orderId) ?? (phase === 'counted' ? 'none' : 'counted');
    if (from === phase || from === 'ended') continue;
    marks.push({ orderId, day, from, to: phase });
    const sign = Number(phase === 'counted') - Number(from === 'counted');
    const units = unitsOf.get(day) ?? new Map<Sku, number>();
    unitsOf.set(day, units);
    for (const [sku, quantity] of unitsBySku(lines)) {
      units.set(sku, (units.get(sku) ?? 0) + sign * quantity);
    }
  }
  const counters = [...unitsOf].flatMap(([day, units]) =>
    [...units].flatMap(([sku, sum]) => (sum === 0 ? [] : [{ day, sku, units: sum }])),
  );
  return { marks, counters };
}

/** The products with the most units, those with as many in the order of their SKUs. */
export const mostSold = (
  paidUnits: ReadonlyMap<Sku, number>,
  limit: number,
): { readonly sku: Sku; readonly paidUnits: number }[] =>
  [...paidUnits]
    .filter(([, units]) => units > 0)
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([sku, units]) => ({ sku, paidUnits: units }));
