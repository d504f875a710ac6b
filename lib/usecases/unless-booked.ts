import type { UserId } from '../domain/ids.ts';
import { type KeyedRequest, retold } from '../domain/keyed-request.ts';
import type { Entry } from '../domain/ledger.ts';
import type { Ledger } from '../ports/ledger.ts';

/**
 * A refusal, unless the key's own entry is there: what looks like a reason to refuse, a lower balance
 * or a paid order, may be this request's own doing or its twin's. Read after the refusal's evidence,
 * so an entry that is absent now was absent then. It is a part of the attempt that found the refusal.
 */
export async function unlessBooked<Done extends string, Refusal>(
  ledger: Pick<Ledger, 'find'>,
  entryId: Entry['entryId'],
  command: KeyedRequest & { readonly userId: UserId },
  done: Done,
  refusal: Refusal,
): Promise<Refusal | ReturnType<typeof retold<Done>>> {
  const kept = await ledger.find(command.userId, entryId);
  return kept === undefined ? refusal : retold(kept, command, done);
}
