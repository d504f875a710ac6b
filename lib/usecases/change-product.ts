import { type CatalogueVersion, isSku, type RequestId } from '../domain/ids.ts';
import { type Patience, persist } from '../domain/patience.ts';
import type { Product, StrategyName } from '../domain/product.ts';
import type { Catalogue, ProductChange } from '../ports/catalogue.ts';

export interface ChangeProduct {
  readonly sku: string;
  readonly name: string;
  readonly priceMinor: number;
  readonly strategy?: StrategyName | undefined;
  readonly requestId: RequestId;
  /** The versions that may be changed (`If-Match`); absent: the product must be new. */
  readonly ifMatch?: 'any' | readonly CatalogueVersion[] | undefined;
  /** The product must be new, whatever else is said (`If-None-Match: *`). */
  readonly ifNoneMatch: boolean;
}

export type ChangeProductOutcome =
  | { readonly kind: 'created'; readonly product: Product }
  | { readonly kind: 'changed'; readonly product: Product }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'stale' }
  /** The product exists, and the client did not say which state of it is to be changed. */
  | { readonly kind: 'unconditional' }
  | { readonly kind: 'contended' };

/**
 * Creates a product without stock, or changes what an existing one is sold as. The id of the
 * request becomes the product's version, so a retry knows its own success.
 */
export async function changeProduct(
  { catalogue }: { readonly catalogue: Pick<Catalogue, 'change'> },
  { sku, name, priceMinor, strategy, requestId, ifMatch, ifNoneMatch }: ChangeProduct,
  patience: Patience,
): Promise<ChangeProductOutcome> {
  if (!isSku(sku)) return { kind: 'unknown' };
  // Both at once can't be met: one needs the product to be there, the other to be absent.
  if (ifMatch !== undefined && ifNoneMatch) return { kind: 'stale' };
  // Only weak tags were sent, and those match nothing.
  if (ifMatch?.length === 0) return { kind: 'stale' };
  const change: ProductChange = {
    sku,
    name,
    priceMinor,
    ...(strategy === undefined ? {} : { strategy }),
    newVersion: requestId as string as CatalogueVersion,
    expected: ifMatch ?? 'absent',
  };
  const outcome = await persist(() => catalogue.change(change), patience, ['stale']);
  if (outcome.kind !== 'stale') return outcome;
  return ifMatch === undefined && !ifNoneMatch ? { kind: 'unconditional' } : { kind: 'stale' };
}
