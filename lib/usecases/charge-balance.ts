import { type ChargeCommand, chargeOn, type ChargeOutcome } from '../domain/charge.ts';
import { chargeIdOf } from '../domain/ids.ts';
import { type Patience, persist } from '../domain/patience.ts';
import type { Ledger } from '../ports/ledger.ts';
import { unlessBooked } from './unless-booked.ts';

/** Adds money to a balance, once per key and once per provider's reference. */
export async function chargeBalance(
  { ledger, currency }: { readonly ledger: Ledger; readonly currency: string },
  command: ChargeCommand,
  patience: Patience,
): Promise<ChargeOutcome> {
  const chargeId = chargeIdOf(command.token);
  const attempt = async (): Promise<ChargeOutcome> => {
    const balance = await ledger.balance(command.userId);
    const decided = chargeOn(balance, command, { nowMs: patience.nowMs(), currency });
    if (decided.kind === 'CHARGE') return ledger.charge(decided);
    return unlessBooked(ledger, chargeId, command, 'charged', decided);
  };
  // No refusal here can be overturned by an attempt of before that lands late: it was made for
  // another version of the balance, or needs the reference that is taken.
  return persist(attempt, patience);
}
