import { type OrderId, type PaymentId, paymentIdOf, type UserId } from './ids.ts';
import type { KeyedCommand } from './keyed-request.ts';
import { type Balance, type Booking, nextEntry } from './ledger.ts';
import { type Order, orderAt } from './order.ts';

/** Paying an order from the user's balance. */
export interface PaymentCommand extends KeyedCommand {
  readonly userId: UserId;
  readonly orderId: OrderId;
}

/** A payment on its way into the ledger; it is in time if the order ends after `at`. */
export interface Payment extends Booking {
  readonly kind: 'PAYMENT';
  readonly entryId: PaymentId;
  readonly orderId: OrderId;
}

export type PayRefusal =
  /** No such order of this user. */
  | { readonly kind: 'unknown' }
  /** It was paid before, by another payment; perhaps refunded since. */
  | { readonly kind: 'settled'; readonly paymentId: PaymentId | undefined }
  | { readonly kind: 'expired' }
  | { readonly kind: 'cancelled' }
  | {
      readonly kind: 'insufficient';
      readonly balanceMinor: number;
      readonly requiredMinor: number;
    };

/** The closed list of answers to a payment; all but `paid` changed nothing. */
export type PayOutcome =
  | { readonly kind: 'paid'; readonly reply: string }
  | { readonly kind: 'replayed'; readonly reply: string }
  | { readonly kind: 'mismatched' }
  | PayRefusal
  /** The balance or the order moved since it was read, or others are writing it. */
  | { readonly kind: 'contended' };

/** The payment of this order from this balance, or why there can be none now. */
export function paymentOn(
  balance: Balance,
  order: Order | undefined,
  command: PaymentCommand,
  nowMs: number,
): Payment | PayRefusal {
  if (order === undefined) return { kind: 'unknown' };
  const { status, totalMinor, paymentId } = orderAt(order, nowMs);
  const { balanceMinor } = balance;
  switch (status) {
    case 'PAID':
    case 'REFUNDED':
      return { kind: 'settled', paymentId };
    case 'EXPIRED':
      return { kind: 'expired' };
    case 'CANCELLED':
      return { kind: 'cancelled' };
    case 'PENDING_PAYMENT':
      return balanceMinor < totalMinor
        ? { kind: 'insufficient', balanceMinor, requiredMinor: totalMinor }
        : paymentOf(order, balance, command, nowMs);
  }
}

/** With the reply that is kept with it. */
function paymentOf(
  { orderId, totalMinor, currency }: Order,
  balance: Balance,
  { token, userId, requestId, fingerprint }: PaymentCommand,
  nowMs: number,
): Payment {
  const entryId = paymentIdOf(token);
  const at = new Date(nowMs).toISOString();
  // Subtracted from 0, since −0 is no amount: an order may be free.
  const amountMinor = 0 - totalMinor;
  const entry = nextEntry(balance, { entryId, kind: 'PAYMENT', amountMinor, at, ref: orderId });
  const reply = JSON.stringify({
    paymentId: entryId,
    orderId,
    amountMinor: totalMinor,
    balanceMinor: entry.balanceMinor,
    currency,
    paidAt: at,
  });
  return { ...entry, entryId, kind: 'PAYMENT', orderId, userId, requestId, fingerprint, reply };
}
