import type { Balance } from '../domain/ledger.ts';
import type { Product } from '../domain/product.ts';
import type { Shortage } from '../domain/stock.ts';

/** A product as the public sees it. */
export const productView = (
  { sku, name, priceMinor, availableUnits }: Product,
  currency: string,
) => ({ sku, name, priceMinor, currency, availableUnits });

/** A product as an admin sees it: with the setting that the public need not know. */
export const managedProductView = (product: Product, currency: string) => ({
  ...productView(product, currency),
  strategy: product.strategy,
});

/** Shortages without what only the shop makes use of. */
export const shortagesView = (shortages: readonly Shortage[]) =>
  shortages.map(({ sku, requestedUnits, availableUnits }) => ({
    sku,
    requestedUnits,
    availableUnits,
  }));

/** A balance as its owner sees it. */
export const balanceView = ({ userId, balanceMinor, version }: Balance, currency: string) => ({
  userId,
  balanceMinor,
  currency,
  version,
});
