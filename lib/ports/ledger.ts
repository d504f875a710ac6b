import type { Charge, ChargeOutcome } from '../domain/charge.ts';
import type { UserId } from '../domain/ids.ts';
import type { KeptReply } from '../domain/keyed-request.ts';
import type { Balance, Entry } from '../domain/ledger.ts';
import type { PayOutcome, Payment } from '../domain/payment.ts';

/** A page of a user's entries: the newest, or those before a `seq`. */
export interface EntriesPage {
  readonly limit: number;
  readonly beforeSeq?: number | undefined;
}

/** What the ledger says of a booking whose entry is new, when it was true and when it was not. */
type Booked<Outcome extends { kind: string }, Kind extends Outcome['kind']> = Extract<
  Outcome,
  { kind: Kind | 'replayed' | 'mismatched' | 'contended' }
>;

/**
 * Users' money. A balance changes only together with its next entry, each verb in one transaction or
 * not at all, and each a single attempt: retrying is `persist`'s. All throw `Unavailable` on an
 * outage, and every read sees all that was acknowledged.
 */
export interface Ledger {
  /** 0 at version 0 for a user without entries. */
  balance(userId: UserId): Promise<Balance>;

  /** What is kept with an entry of this user. */
  find(userId: UserId, entryId: Entry['entryId']): Promise<KeptReply | undefined>;

  /** Newest first. */
  entries(userId: UserId, page: EntriesPage): Promise<readonly Entry[]>;

  /** Adds to the balance if it is still at the version before, and claims the reference if new. */
  charge(charge: Charge): Promise<Booked<ChargeOutcome, 'charged' | 'claimed'>>;

  /**
   * Takes from the balance if it is still at the version before, and makes the order PAID if it is
   * still pending and ends after the payment's `at`: each order once, whatever the key.
   */
  pay(payment: Payment): Promise<Booked<PayOutcome, 'paid'>>;
}
