import type { Sent } from '../history.ts';
import type { Sku } from '../../../lib/domain/ids.ts';
import type { Case } from './case.ts';

interface OrderBody {
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
}

/** Nothing is sold twice, nothing is lost, and nobody is refused what was free. */
export function checkStock(it: Case): void {
  checkConservation(it);
  for (const one of it.sent) {
    if (one.operation.route !== 'placeOrder') continue;
    if (one.told?.status === 201) checkSnapshot(it, one, one.told.text);
    if (one.told?.code === 'insufficient-stock') checkShortage(it, one);
  }
}

function checkConservation(it: Case): void {
  const { tables, unitsOf } = it.beginning;
  for (const [name, units] of unitsOf) {
    const sku = name as Sku;
    const adjusted = [...tables.adjustments.values()].filter((one) => one.sku === sku);
    const onSale = units + sum(adjusted.map((one) => one.units));
    const held = [...tables.orders.values()]
      .filter(({ order }) => order.status === 'PENDING_PAYMENT' || order.status === 'PAID')
      .flatMap(({ order }) => order.lines.filter((line) => line.sku === sku));
    const sold = sum(held.map(({ quantity }) => quantity));
    const left = tables.shelves.get(sku)?.availableUnits ?? 0;
    if (left + sold !== onSale) {
      it.violated('units are conserved', `${sku}: ${left} left + ${sold} sold, of ${onSale}`);
    }
  }
}

/** The 201 shows what was asked for, added up. */
function checkSnapshot(it: Case, { id, operation }: Sent, text: string): void {
  const order = JSON.parse(text) as {
    status: string;
    totalMinor: number;
    lines: { sku: string; quantity: number; unitPriceMinor: number }[];
  };
  const { lines } = operation.body as OrderBody;
  const asked = unitsOf(lines);
  const got = unitsOf(order.lines);
  const total = sum(order.lines.map((line) => line.quantity * line.unitPriceMinor));
  if (asked !== got || total !== order.totalMinor || order.status !== 'PENDING_PAYMENT') {
    it.violated('an order is what was asked for', `${id}: ${text}`);
  }
}

/** Some line could not be covered, at some moment of the request. */
function checkShortage(it: Case, { id, operation, freeUnitsMin }: Sent): void {
  const { lines } = operation.body as OrderBody;
  const asked = Map.groupBy(lines, ({ sku }) => sku);
  const short = [...asked].some(
    ([sku, same]) => sum(same.map(({ quantity }) => quantity)) > (freeUnitsMin.get(sku) ?? 0),
  );
  if (!short) it.violated('no refusal while enough is free', id);
}

const unitsOf = (lines: OrderBody['lines']): string =>
  [...Map.groupBy(lines, ({ sku }) => sku)]
    .map(([sku, same]) => `${sku} ${sum(same.map(({ quantity }) => quantity))}`)
    .sort()
    .join();

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
