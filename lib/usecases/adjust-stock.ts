import type { AdjustOutcome } from '../domain/adjustment.ts';
import { adjustmentIdOf, isSku } from '../domain/ids.ts';
import type { KeyedCommand } from '../domain/keyed-request.ts';
import { type Patience, persist } from '../domain/patience.ts';
import type { Stock } from '../ports/stock.ts';

export interface AdjustStock extends KeyedCommand {
  readonly sku: string;
  /** Positive restocks, negative writes off. */
  readonly units: number;
}

/** Moves a product's stock by some units, once per key. */
export async function adjustStock(
  { stock }: { readonly stock: Pick<Stock, 'adjust'> },
  { sku, units, token, requestId, fingerprint }: AdjustStock,
  patience: Patience,
): Promise<AdjustOutcome> {
  if (!isSku(sku)) return { kind: 'unknown' };
  const at = new Date(patience.nowMs()).toISOString();
  const adjustmentId = adjustmentIdOf(token);
  const adjustment = { adjustmentId, requestId, fingerprint, sku, units, at };
  const overturnable = ['insufficient', 'overfull', 'unknown'] as const;
  return persist(() => stock.adjust(adjustment), patience, overturnable);
}
