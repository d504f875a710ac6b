import type { Sku } from '../domain/ids.ts';
import { type Patience, persistRead } from '../domain/patience.ts';
import type { Offer } from '../domain/product.ts';
import type { Catalogue, PriceList } from '../ports/catalogue.ts';

export interface OffersOfDeps {
  readonly catalogue: Pick<Catalogue, 'find'>;
  readonly prices: PriceList;
}

/**
 * What these products are sold as, remembered or read; unknown SKUs are left out. A remembered price may
 * be out of date, but a product that was there once is there for good.
 */
export async function offersOf(
  { prices, catalogue }: OffersOfDeps,
  skus: readonly Sku[],
  patience: Patience,
): Promise<ReadonlyMap<Sku, Offer>> {
  const offers = new Map(prices.recall(skus).map((offer) => [offer.sku, offer]));
  const missing = skus.filter((sku) => !offers.has(sku));
  if (missing.length === 0) return offers;
  const found = await persistRead(() => catalogue.find(missing), patience);
  prices.learn(found);
  for (const offer of found) offers.set(offer.sku, offer);
  return offers;
}
