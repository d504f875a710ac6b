import { type Patience, persistRead } from '../domain/patience.ts';
import type { DeadLetter, DeadLetterPosition, DeadLetters } from '../ports/dead-letters.ts';

/** A page of the records that were given up, newest first. */
export async function listDeadLetters(
  { deadLetters }: { readonly deadLetters: Pick<DeadLetters, 'list'> },
  page: { readonly limit: number; readonly after: DeadLetterPosition | undefined },
  patience: Patience,
): Promise<{ readonly items: readonly DeadLetter[]; readonly next?: DeadLetterPosition }> {
  return persistRead(() => deadLetters.list(page.limit, page.after), patience);
}
