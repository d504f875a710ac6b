import { isSku } from '../domain/ids.ts';
import { type Patience, persistRead } from '../domain/patience.ts';
import type { Product } from '../domain/product.ts';
import type { Catalogue } from '../ports/catalogue.ts';

/** The product with its stock at this moment; none has a SKU that is no SKU. */
export async function findProduct(
  { catalogue }: { readonly catalogue: Pick<Catalogue, 'find'> },
  sku: string,
  patience: Patience,
): Promise<Product | undefined> {
  if (!isSku(sku)) return undefined;
  const [product] = await persistRead(() => catalogue.find([sku]), patience);
  return product;
}
