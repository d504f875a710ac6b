import type { AdjustOutcome, Adjustment } from '../domain/adjustment.ts';
import { type Patience, persist } from '../domain/patience.ts';
import type { Stock } from '../ports/stock.ts';

/** Moves a product's stock by some units, once per key. */
export const adjustStock = (
  { stock }: { readonly stock: Pick<Stock, 'adjust'> },
  adjustment: Adjustment,
  patience: Patience,
): Promise<AdjustOutcome> =>
  persist(() => stock.adjust(adjustment), patience, ['insufficient', 'overfull', 'unknown']);
