import type { CatalogueVersion, Sku } from '../domain/ids.ts';
import type { Offer, Product, StrategyName } from '../domain/product.ts';

/** What an admin wants a product to be, and what it must be before (RFC 9110, section 13). */
export interface ProductChange {
  readonly sku: Sku;
  readonly name: string;
  readonly priceMinor: number;
  /** Kept when omitted; the default on a new product. */
  readonly strategy?: StrategyName;
  /** Drawn for this request, so a retry knows its own success. */
  readonly newVersion: CatalogueVersion;
  /** `absent`: create only. `any`: change only. Versions: change one of these. */
  readonly expected: 'absent' | 'any' | readonly CatalogueVersion[];
}

export type ChangeOutcome =
  | { readonly kind: 'created'; readonly product: Product }
  | { readonly kind: 'changed'; readonly product: Product }
  /** Not in the expected state; nothing changed. */
  | { readonly kind: 'stale'; readonly exists: boolean }
  | { readonly kind: 'contended' };

/** The products as the store has them. All throw `Unavailable` on an outage. */
export interface Catalogue {
  /** Sees every acknowledged change; unknown SKUs are left out. */
  find(skus: readonly Sku[]): Promise<Product[]>;
  change(change: ProductChange): Promise<ChangeOutcome>;
}

/**
 * Offers remembered from earlier reads. They may be out of date: `place` finds out, and `learn`
 * puts it right.
 */
export interface PriceList {
  recall(skus: readonly Sku[]): Offer[];
  learn(offers: readonly Offer[]): void;
}
