import { LRUCache } from 'lru-cache';
import type { Sku } from '../../domain/ids.ts';
import type { Offer } from '../../domain/product.ts';
import type { PriceList } from '../../ports/catalogue.ts';

/** Offers that this process has seen; the least recently used go first. */
export function rememberedPrices(offersMax = 10_000): PriceList {
  const offers = new LRUCache<Sku, Offer>({ max: offersMax });
  return {
    recall: (skus) => skus.flatMap((sku) => offers.get(sku) ?? []),
    learn: (seen) => {
      for (const offer of seen) offers.set(offer.sku, offer);
    },
  };
}
