import type { ChargeId, PaymentId, UserId } from './ids.ts';
import type { KeptReply } from './keyed-request.ts';

/** A user's money in minor units; `version` is the `seq` of its last entry, 0 without one. */
export interface Balance {
  readonly userId: UserId;
  readonly balanceMinor: number;
  readonly version: number;
}

export type EntryKind = 'CHARGE' | 'PAYMENT';

/** One movement of a balance, as contract.md shows it. */
export interface Entry {
  readonly entryId: ChargeId | PaymentId;
  /** Counts a user's entries from 1, without a gap. */
  readonly seq: number;
  readonly kind: EntryKind;
  /** Added to the balance: negative for a payment. */
  readonly amountMinor: number;
  /** The balance after it. */
  readonly balanceMinor: number;
  readonly at: string;
  /** What it is about: an order, or the provider's reference (without one, the charge itself). */
  readonly ref: string;
}

/** The books that money moves between: what came in, what the shop owes its users, what it sold. */
export type Account = 'provider' | 'users' | 'sales';

/** One side of an entry: a debit is positive, a credit negative, and an entry's sum is 0. */
export interface Posting {
  readonly account: Account;
  readonly amountMinor: number;
}

/** An entry as the ledger keeps it: both sides named, and the request that made it. */
export interface Booking extends Entry, KeptReply {
  readonly userId: UserId;
  readonly postings: readonly [Posting, Posting];
}

/** An entry as it is shown: without what only the ledger needs. */
export const shownEntry = (entry: Entry): Entry => {
  const { entryId, seq, kind, amountMinor, balanceMinor, at, ref } = entry;
  return { entryId, seq, kind, amountMinor, balanceMinor, at, ref };
};

/** Where an entry's money comes from (debited) and where it goes (credited). */
const sides = {
  CHARGE: { debit: 'provider', credit: 'users' },
  PAYMENT: { debit: 'users', credit: 'sales' },
} as const satisfies Record<EntryKind, { debit: Account; credit: Account }>;

/** The entry that follows a balance; it is true only while the balance is at this version. */
export function nextEntry(
  { balanceMinor, version }: Balance,
  entry: Omit<Entry, 'seq' | 'balanceMinor'>,
): Entry & Pick<Booking, 'postings'> {
  const after = balanceMinor + entry.amountMinor;
  if (!Number.isSafeInteger(after) || after < 0) throw new Error(`a balance can't be ${after}`);
  const { debit, credit } = sides[entry.kind];
  const sum = Math.abs(entry.amountMinor);
  return {
    ...entry,
    seq: version + 1,
    balanceMinor: after,
    postings: [
      { account: debit, amountMinor: sum },
      { account: credit, amountMinor: 0 - sum },
    ],
  };
}
