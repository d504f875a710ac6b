import type { Shelf } from '../../domain/placement.ts';
import { defaultStrategy } from '../../domain/product.ts';
import type { Catalogue, ProductChange } from '../../ports/catalogue.ts';
import type { MemoryTables } from './shop.ts';

export const memoryCatalogue = ({ shelves }: MemoryTables): Catalogue => ({
  find: async (skus) => skus.flatMap((sku) => shelves.get(sku) ?? []),

  change: async (change) => {
    const { sku, name, priceMinor, newVersion } = change;
    const shelf = shelves.get(sku);
    const done = change.expected === 'absent' ? 'created' : 'changed';
    if (shelf?.catalogueVersion === newVersion) return { kind: done, product: shelf };
    if (!isExpected(change, shelf)) return { kind: 'stale', exists: shelf !== undefined };
    const strategy = change.strategy ?? shelf?.strategy ?? defaultStrategy;
    const product = { availableUnits: 0, ...shelf, sku, name, priceMinor, strategy };
    shelves.set(sku, { ...product, catalogueVersion: newVersion });
    return { kind: done, product: { ...product, catalogueVersion: newVersion } };
  },
});

function isExpected({ expected }: ProductChange, shelf: Shelf | undefined): boolean {
  if (expected === 'absent') return shelf === undefined;
  if (expected === 'any') return shelf !== undefined;
  return shelf !== undefined && expected.includes(shelf.catalogueVersion);
}
