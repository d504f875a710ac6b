import { persist } from '../domain/patience.ts';
import { onlyLine, overturnable } from '../domain/placement.ts';
import type { Stock } from '../ports/stock.ts';
import type { Strategy } from '../ports/strategy.ts';

/**
 * Reads the units and takes some if nobody else has moved them since, else again: the older study's
 * optimistic lock. Every order of a crowd spoils the attempts of all the others, so it is here to be
 * measured and not to be recommended.
 */
export const versionRetry =
  (stock: Pick<Stock, 'place' | 'shelf'>): Strategy =>
  async (placement, patience) => {
    const line = onlyLine(placement);
    const attempt = async () => {
      const shelf = await stock.shelf(line.sku);
      const availableUnits = shelf?.availableUnits ?? 0;
      return stock.place(placement, { kind: 'unmoved', availableUnits });
    };
    return persist(attempt, patience, overturnable);
  };
