import { paymentIdOf } from '../domain/ids.ts';
import type { Order } from '../domain/order.ts';
import { type Patience, persist } from '../domain/patience.ts';
import { type PaymentCommand, paymentOn, type PayOutcome } from '../domain/payment.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Orders } from '../ports/orders.ts';
import type { Stock } from '../ports/stock.ts';
import { unlessBooked } from './unless-booked.ts';

export interface PayOrderDeps {
  readonly ledger: Ledger;
  readonly orders: Pick<Orders, 'find'>;
  readonly stock: Pick<Stock, 'releaseMany'>;
}

/** Pays an order from its user's balance: once, in time, and only one's own. */
export async function payOrder(
  deps: PayOrderDeps,
  command: PaymentCommand,
  patience: Patience,
): Promise<PayOutcome> {
  // No refusal can be overturned by an attempt of before that lands late: it finds the balance or the
  // order moved.
  return persist(() => attempt(deps, command, patience.nowMs()), patience);
}

async function attempt(
  deps: PayOrderDeps,
  command: PaymentCommand,
  nowMs: number,
): Promise<PayOutcome> {
  const { ledger, stock } = deps;
  const [balance, order] = await Promise.all([
    ledger.balance(command.userId),
    ownOrder(deps, command),
  ]);
  const seen = paymentOn(balance, order, command, nowMs);
  if (seen.kind === 'PAYMENT') return ledger.pay(seen);
  // The two were not read at one moment: a balance that is too low may have paid this very order.
  const decided =
    seen.kind === 'insufficient'
      ? paymentOn(balance, await ownOrder(deps, command), command, nowMs)
      : seen;
  if (decided.kind === 'PAYMENT') return { kind: 'contended' };
  if (decided.kind === 'expired' && order?.status === 'PENDING_PAYMENT') {
    // A payment that was in time may still be on its way; ending the hold shuts it out for good.
    const { kind } = await stock.releaseMany([order], nowMs);
    if (kind !== 'released') return { kind: 'contended' };
  }
  return unlessBooked(ledger, paymentIdOf(command.token), command, 'paid', decided);
}

async function ownOrder(
  { orders }: PayOrderDeps,
  { userId, orderId }: PaymentCommand,
): Promise<Order | undefined> {
  const stored = await orders.find(orderId);
  return stored?.userId === userId ? stored.order : undefined;
}
