import { retold } from '../../domain/keyed-request.ts';
import { type Balance, type Booking, shownEntry } from '../../domain/ledger.ts';
import type { UserId } from '../../domain/ids.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { MemoryTables } from './shop.ts';

export const memoryLedger = (tables: MemoryTables): Ledger => ({
  balance: async (userId) => balanceOf(tables, userId),

  find: async (userId, entryId) =>
    bookingsOf(tables, userId).find((one) => one.entryId === entryId),

  entries: async (userId, { limit, beforeSeq = Infinity }) =>
    bookingsOf(tables, userId)
      .filter(({ seq }) => seq < beforeSeq)
      .reverse()
      .slice(0, limit)
      .map(shownEntry),

  charge: async (charge) => {
    const { userId, entryId, providerRef } = charge;
    const earlier = bookingsOf(tables, userId).find((one) => one.entryId === entryId);
    if (earlier !== undefined) return retold(earlier, charge, 'charged');
    const claim = providerRef === undefined ? undefined : tables.providerRefs.get(providerRef);
    if (claim !== undefined) return { kind: 'claimed', ...claim };
    if (!follows(charge, balanceOf(tables, userId))) return { kind: 'contended' };
    if (providerRef !== undefined) {
      tables.providerRefs.set(providerRef, { chargeId: entryId, userId });
    }
    append(tables, charge);
    return { kind: 'charged', reply: charge.reply };
  },

  pay: async (payment) => {
    const { userId, entryId, orderId, at } = payment;
    const earlier = bookingsOf(tables, userId).find((one) => one.entryId === entryId);
    if (earlier !== undefined) return retold(earlier, payment, 'paid');
    const stored = tables.orders.get(orderId);
    const payable = stored?.order.status === 'PENDING_PAYMENT' && stored.order.expiresAt > at;
    if (!payable || !follows(payment, balanceOf(tables, userId))) return { kind: 'contended' };
    const order = { ...stored.order, status: 'PAID' as const, paymentId: entryId, paidAt: at };
    tables.orders.set(orderId, { ...stored, order });
    append(tables, payment);
    return { kind: 'paid', reply: payment.reply };
  },
});

const bookingsOf = ({ ledger }: MemoryTables, userId: UserId): readonly Booking[] =>
  ledger.get(userId) ?? [];

function balanceOf(tables: MemoryTables, userId: UserId): Balance {
  const last = bookingsOf(tables, userId).at(-1);
  return { userId, balanceMinor: last?.balanceMinor ?? 0, version: last?.seq ?? 0 };
}

const follows = ({ seq }: Booking, { version }: Balance): boolean => seq === version + 1;

function append(tables: MemoryTables, booking: Booking): void {
  tables.ledger.set(booking.userId, [...bookingsOf(tables, booking.userId), booking]);
}
