import type { Sku } from './ids.ts';

/** So many units of one product. */
export interface Line {
  readonly sku: Sku;
  readonly quantity: number;
}

/** A line that the stock could not cover at the moment it was asked for. */
export interface Shortage {
  readonly sku: Sku;
  readonly requestedUnits: number;
  readonly availableUnits: number;
  /** Every unit held by an unpaid order is held at least until then; absent: none is held. */
  readonly holdsExpireFrom?: string;
}

/** One line per SKU, in SKU order: a transaction may not name one product twice. */
export function mergedLines(lines: readonly Line[]): Line[] {
  const quantityOf = unitsBySku(lines);
  return [...quantityOf]
    .map(([sku, quantity]) => ({ sku, quantity }))
    .sort((a, b) => (a.sku < b.sku ? -1 : 1));
}

/** The units that the lines ask for, product by product. */
export function unitsBySku(lines: readonly Line[]): Map<Sku, number> {
  const units = new Map<Sku, number>();
  for (const { sku, quantity } of lines) units.set(sku, (units.get(sku) ?? 0) + quantity);
  return units;
}
