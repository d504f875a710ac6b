import { type Patience, persist } from '../domain/patience.ts';
import type { Catalogue, ChangeOutcome, ProductChange } from '../ports/catalogue.ts';

/** Creates a product without stock, or changes what an existing one is sold as. */
export const changeProduct = (
  { catalogue }: { readonly catalogue: Pick<Catalogue, 'change'> },
  change: ProductChange,
  patience: Patience,
): Promise<ChangeOutcome> => persist(() => catalogue.change(change), patience, ['stale']);
