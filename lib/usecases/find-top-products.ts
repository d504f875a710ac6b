import type { Sku } from '../domain/ids.ts';
import { type Patience, persistRead } from '../domain/patience.ts';
import { daysUntil, mostSold } from '../domain/sale.ts';
import type { Catalogue } from '../ports/catalogue.ts';
import type { Sales } from '../ports/sales.ts';

export interface TopProduct {
  readonly sku: Sku;
  readonly name: string;
  readonly paidUnits: number;
}

/** The products of which the most units were paid in the last days, by the names they have now. */
export async function findTopProducts(
  deps: { readonly sales: Pick<Sales, 'paidUnits'>; readonly catalogue: Pick<Catalogue, 'find'> },
  { days, limit }: { readonly days: number; readonly limit: number },
  patience: Patience,
): Promise<readonly TopProduct[]> {
  const asked = daysUntil(patience.nowMs(), days);
  const paidUnits = await persistRead(() => deps.sales.paidUnits(asked), patience);
  const top = mostSold(paidUnits, limit);
  if (top.length === 0) return [];
  const skus = top.map(({ sku }) => sku);
  const products = await persistRead(() => deps.catalogue.find(skus), patience);
  const names = new Map(products.map(({ sku, name }) => [sku, name]));
  return top.map(({ sku, paidUnits }) => ({ sku, name: names.get(sku) ?? sku, paidUnits }));
}
