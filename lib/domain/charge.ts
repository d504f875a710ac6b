import { type ChargeId, chargeIdOf, type ProviderRef, type UserId } from './ids.ts';
import type { KeyedCommand } from './keyed-request.ts';
import { type Balance, type Booking, nextEntry } from './ledger.ts';
import { BALANCE_MINOR_MAX } from './limits.ts';

/** Adding money to a balance: the seed's word. */
export interface ChargeCommand extends KeyedCommand {
  readonly userId: UserId;
  readonly amountMinor: number;
  readonly providerRef?: ProviderRef | undefined;
}

/** A charge on its way into the ledger. */
export interface Charge extends Booking {
  readonly kind: 'CHARGE';
  readonly entryId: ChargeId;
  readonly providerRef?: ProviderRef;
}

export type ChargeRefusal =
  /** The balance would pass its limit. */
  | { readonly kind: 'overfull' }
  /** The provider's reference was credited before, by this charge of this user. */
  | { readonly kind: 'claimed'; readonly chargeId: ChargeId; readonly userId: UserId };

/** The closed list of answers to a charge; all but `charged` changed nothing. */
export type ChargeOutcome =
  | { readonly kind: 'charged'; readonly reply: string }
  | { readonly kind: 'replayed'; readonly reply: string }
  | { readonly kind: 'mismatched' }
  | ChargeRefusal
  /** The balance moved since it was read, or others are writing it. */
  | { readonly kind: 'contended' };

/** The charge of this balance, with the reply that is kept with it, or why there can be none. */
export function chargeOn(
  balance: Balance,
  command: ChargeCommand,
  { nowMs, currency }: { readonly nowMs: number; readonly currency: string },
): Charge | ChargeRefusal {
  const { token, userId, amountMinor, providerRef, requestId, fingerprint } = command;
  if (balance.balanceMinor + amountMinor > BALANCE_MINOR_MAX) return { kind: 'overfull' };
  const entryId = chargeIdOf(token);
  const at = new Date(nowMs).toISOString();
  const ref = providerRef ?? entryId;
  const entry = nextEntry(balance, { entryId, kind: 'CHARGE', amountMinor, at, ref });
  const reference = providerRef === undefined ? {} : { providerRef };
  const reply = JSON.stringify({
    chargeId: entryId,
    amountMinor,
    balanceMinor: entry.balanceMinor,
    currency,
    chargedAt: at,
    ...reference,
  });
  const kept = { requestId, fingerprint, reply };
  return { ...entry, entryId, kind: 'CHARGE', userId, ...kept, ...reference };
}
