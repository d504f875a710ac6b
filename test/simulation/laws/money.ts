import type { Booking } from '../../../lib/domain/ledger.ts';
import type { UserId } from '../../../lib/domain/ids.ts';
import type { Sent } from '../history.ts';
import { BALANCE_MINOR_MAX, storedOrderOf } from '../store.ts';
import type { Case } from './case.ts';

/** Money is neither made nor lost, moves once per order and reference, and only in time. */
export function checkMoney(it: Case): void {
  const { tables } = it.beginning;
  for (const [userId, bookings] of tables.ledger) checkBalance(it, userId, bookings);
  const bookings = [...tables.ledger.values()].flat();
  checkOrders(it, bookings);
  checkReferences(it, bookings);
  for (const one of it.sent) checkAnswer(it, one);
}

/** Entries count 1, 2, 3 …, each balance is the one before plus the amount, and sides cancel out. */
function checkBalance(it: Case, userId: UserId, bookings: readonly Booking[]): void {
  let balanceMinor = 0;
  for (const [i, { entryId, ...entry }] of bookings.entries()) {
    balanceMinor += entry.amountMinor;
    if (entry.seq !== i + 1) it.violated('entries have no gap', `${userId}: ${entryId}`);
    if (entry.userId !== userId || entry.balanceMinor !== balanceMinor) {
      it.violated('a balance is the sum of its entries', `${userId}: ${entryId}`);
    }
    if (balanceMinor < 0) it.violated('no balance below 0', `${userId}: ${entryId}`);
    if (entry.kind === 'CHARGE' && balanceMinor > BALANCE_MINOR_MAX) {
      it.violated('no charge over the limit', `${userId}: ${entryId}`);
    }
    const [debit, credit] = entry.postings;
    const sum = Math.abs(entry.amountMinor);
    if (debit.amountMinor !== sum || debit.amountMinor + credit.amountMinor !== 0) {
      it.violated('both sides of an entry are equal', entryId);
    }
  }
}

/** PAID means one payment, by its user, of its total, in time; and no payment is of another order. */
function checkOrders(it: Case, bookings: readonly Booking[]): void {
  const payments = Map.groupBy(
    bookings.filter(({ kind }) => kind === 'PAYMENT'),
    ({ ref }) => ref,
  );
  for (const [orderId, { order, userId }] of it.beginning.tables.orders) {
    const [payment, ...more] = payments.get(orderId) ?? [];
    payments.delete(orderId);
    const isPaid = order.status === 'PAID';
    if (more.length > 0) it.violated('an order is paid once', orderId);
    if (isPaid !== (payment !== undefined)) it.violated('PAID means one payment', orderId);
    if (payment === undefined) continue;
    if (payment.userId !== userId) it.violated('only its user pays an order', orderId);
    if (payment.at >= order.expiresAt) it.violated('no payment after the end', orderId);
    const isOfIt = order.paymentId === payment.entryId && order.paidAt === payment.at;
    if (!isOfIt || payment.amountMinor !== 0 - order.totalMinor) {
      it.violated('a payment is of the total', orderId);
    }
  }
  for (const orderId of payments.keys()) it.violated('a payment has an order', orderId);
}

function checkReferences(it: Case, bookings: readonly Booking[]): void {
  const used = new Set<string>();
  for (const { kind, ref, entryId } of bookings) {
    if (kind === 'CHARGE' && used.has(ref)) it.violated('a reference credits once', entryId);
    used.add(ref);
  }
}

interface Answer {
  readonly amountMinor: number;
  readonly balanceMinor: number;
  readonly requiredMinor: number;
  readonly orderId: string;
}

/** What was told of money is true of the books. */
function checkAnswer(it: Case, { id, operation, told, endedMs = 0 }: Sent): void {
  if (told === undefined || told.status >= 500) return;
  const answer = JSON.parse(told.text) as Answer;
  const body = operation.body as { amountMinor: number; orderId: string; providerRef?: string };
  const untrue = (what: string) => {
    it.violated('an answer about money is true', `${id}: ${what}`);
  };
  switch (`${operation.route} ${told.code ?? told.status}`) {
    case 'chargeBalance 201':
      if (answer.amountMinor !== body.amountMinor) untrue('amount');
      break;
    case 'payOrder 201':
      if (answer.orderId !== body.orderId) untrue('order');
      break;
    case 'payOrder insufficient-balance':
      if (answer.balanceMinor >= answer.requiredMinor) untrue('enough');
      break;
    case 'payOrder order-already-paid':
      if (orderOf(it, body.orderId)?.status !== 'PAID') untrue('unpaid');
      break;
    case 'payOrder order-expired':
      if (Date.parse(orderOf(it, body.orderId)?.expiresAt ?? '') > endedMs) untrue('in time');
      break;
    case 'payOrder order-not-found': {
      const stored = storedOrderOf(it.beginning.tables, body.orderId);
      if (stored?.userId === operation.user) untrue('found');
      break;
    }
    case 'chargeBalance provider-ref-used':
      if (!it.effects.some(({ id: effect }) => refOf(it, effect) === body.providerRef)) {
        untrue('unused');
      }
      break;
    case 'getBalance 200':
      if (answer.balanceMinor !== balanceOf(it, operation.user)) untrue('balance');
  }
}

const orderOf = (it: Case, orderId: string) => storedOrderOf(it.beginning.tables, orderId)?.order;

const refOf = (it: Case, entryId: string): string | undefined =>
  [...it.beginning.tables.ledger.values()].flat().find((one) => one.entryId === entryId)?.ref;

/** Added up from the entries: nothing but the last one is told at the end of all. */
const balanceOf = (it: Case, user: string): number =>
  (it.beginning.tables.ledger.get(user as UserId) ?? []).reduce((a, b) => a + b.amountMinor, 0);
