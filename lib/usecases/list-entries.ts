import type { UserId } from '../domain/ids.ts';
import type { Entry } from '../domain/ledger.ts';
import { type Patience, persistRead } from '../domain/patience.ts';
import type { EntriesPage, Ledger } from '../ports/ledger.ts';

/** A page of the user's entries, newest first; `next` is the `seq` that the next page goes before. */
export async function listEntries(
  { ledger }: { readonly ledger: Pick<Ledger, 'entries'> },
  userId: UserId,
  page: EntriesPage,
  patience: Patience,
): Promise<{ readonly entries: readonly Entry[]; readonly next: number | undefined }> {
  const entries = await persistRead(() => ledger.entries(userId, page), patience);
  const last = entries.at(-1);
  // Entries count from 1 without a gap, so the last one tells whether there are more.
  return { entries, next: last !== undefined && last.seq > 1 ? last.seq : undefined };
}
