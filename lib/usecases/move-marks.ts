import { type Patience, persistRead } from '../domain/patience.ts';
import type { Mark } from '../domain/placement.ts';
import type { Orders } from '../ports/orders.ts';

/** Moves the marks of some products, each from what it was seen at; one that moved since stays. */
export async function moveMarks(
  orders: Pick<Orders, 'noteHoldsFrom'>,
  marks: readonly Mark[],
  to: string,
  patience: Patience,
): Promise<void> {
  const move = ({ sku, holdsExpireFrom }: Mark) => orders.noteHoldsFrom(sku, holdsExpireFrom, to);
  await persistRead(() => Promise.all(marks.map(move)), patience);
}
