import type { UserId } from '../domain/ids.ts';
import type { Balance } from '../domain/ledger.ts';
import { type Patience, persistRead } from '../domain/patience.ts';
import type { Ledger } from '../ports/ledger.ts';

/** What the user has now; nothing, for a user who is new. */
export const findBalance = (
  { ledger }: { readonly ledger: Pick<Ledger, 'balance'> },
  userId: UserId,
  patience: Patience,
): Promise<Balance> => persistRead(() => ledger.balance(userId), patience);
