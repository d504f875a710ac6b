import { paymentIdOf } from '../domain/ids.ts';
import { type Patience, persist, persistRead } from '../domain/patience.ts';
import { type PaymentCommand, paymentOn, type PayOutcome } from '../domain/payment.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Orders } from '../ports/orders.ts';
import { unlessBooked } from './unless-booked.ts';

export interface PayOrderDeps {
  readonly ledger: Ledger;
  readonly orders: Pick<Orders, 'find'>;
}

/** Pays an order from its user's balance: once, in time, and only one's own. */
export async function payOrder(
  { ledger, orders }: PayOrderDeps,
  command: PaymentCommand,
  patience: Patience,
): Promise<PayOutcome> {
  const { userId, orderId } = command;
  const paymentId = paymentIdOf(command.token);
  const attempt = async (): Promise<PayOutcome> => {
    const [balance, stored] = await persistRead(
      () => Promise.all([ledger.balance(userId), orders.find(orderId)]),
      patience,
    );
    const order = stored?.userId === userId ? stored.order : undefined;
    const decided = paymentOn(balance, order, command, patience.nowMs());
    if (decided.kind === 'PAYMENT') return ledger.pay(decided);
    return unlessBooked(ledger, paymentId, command, 'paid', decided, patience);
  };
  // An attempt of before that lands late finds the balance or the order moved, and so overturns no
  // refusal but this one: it was in time, though it landed when the order had ended.
  return persist(attempt, patience, ['expired']);
}
