import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Charge } from '../../domain/charge.ts';
import type { ChargeId, UserId } from '../../domain/ids.ts';
import { type Balance, type Booking, type Entry, shownEntry } from '../../domain/ledger.ts';
import { marshall, type Row } from './rows.ts';

/** The sort key of a user's balance, beside those of the entries. */
export const BALANCE = 'BALANCE';

/** A user without a row has nothing, and no entry. */
export function balance(userId: UserId, row: Row | undefined): Balance {
  if (row === undefined) return { userId, balanceMinor: 0, version: 0 };
  const { balanceMinor, version } = unmarshall(row) as Balance;
  return { userId, balanceMinor, version };
}

export const entry = (row: Row): Entry => shownEntry(unmarshall(row) as Entry);

/** The entry's row is the key's memory too: request, fingerprint and reply stand in it. */
export function entryRow(booking: Booking): Row {
  const { userId, postings, requestId, fingerprint, reply } = booking;
  return marshall({ userId, ...shownEntry(booking), postings, requestId, fingerprint, reply });
}

/** Who was credited for a provider's reference. */
export interface Claim {
  readonly chargeId: ChargeId;
  readonly userId: UserId;
}

export const claimRow = ({ providerRef, entryId, userId, at }: Charge): Row =>
  marshall({ providerRef, chargeId: entryId, userId, at });

export const claim = (row: Row): Claim => {
  const { chargeId, userId } = unmarshall(row) as Claim;
  return { chargeId, userId };
};
