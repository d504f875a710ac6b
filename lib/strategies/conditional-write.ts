import { persist } from '../domain/patience.ts';
import { overturnable } from '../domain/placement.ts';
import type { Stock } from '../ports/stock.ts';
import type { Strategy } from '../ports/strategy.ts';

/** Tries at once, and again with jitter when others were faster to the item. */
export const conditionalWrite =
  (stock: Pick<Stock, 'place'>): Strategy =>
  (placement, patience) =>
    persist(() => stock.place(placement), patience, overturnable);
