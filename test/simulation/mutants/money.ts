import type { Booking } from '../../../lib/domain/ledger.ts';
import type { Payment } from '../../../lib/domain/payment.ts';
import type { Order } from '../../../lib/domain/order.ts';
import type { Ledger } from '../../../lib/ports/ledger.ts';
import type { Tables } from '../store.ts';
import type { Mutant } from './mutant.ts';

const NEVER = '9999-12-31T23:59:59.999Z';

/** Shops that take, or give, money wrongly. */
export const moneyMutants = {
  'order paid twice': {
    bug: 'pays whatever the order has become since it was read',
    store: ({ ledger }, { tables }) => ({
      ledger: {
        ...ledger,
        pay: (payment) =>
          payAs(tables, ledger, payment, (order) => ({ ...order, status: 'PENDING_PAYMENT' })),
      },
    }),
  },
  'update lost': {
    bug: 'books on the balance that it read, whatever the balance has become',
    store: ({ ledger }, { tables }) => ({
      ledger: {
        ...ledger,
        pay: (payment) => ledger.pay(asNext(tables, payment)),
        charge: (charge) => ledger.charge(asNext(tables, charge)),
      },
    }),
  },
  'paid too late': {
    bug: 'takes payments of orders that have expired',
    store: ({ ledger }, { tables }) => ({
      ledger: {
        ...ledger,
        pay: (payment) =>
          payAs(tables, ledger, payment, (order) => ({ ...order, expiresAt: NEVER })),
      },
    }),
    client: ({ orders }) => ({
      orders: {
        find: async (orderId) => {
          const stored = await orders.find(orderId);
          return stored && { ...stored, order: { ...stored.order, expiresAt: NEVER } };
        },
        decision: (orderId) => orders.decision(orderId),
        expiredHolds: (skus, nowMs) => orders.expiredHolds(skus, nowMs),
        noteHoldsFrom: (sku, from, to) => orders.noteHoldsFrom(sku, from, to),
      },
    }),
  },
  'reference credited again': {
    bug: "does not remember the provider's references",
    store: ({ ledger }, { tables }) => ({
      ledger: {
        ...ledger,
        charge: (charge) => {
          if (charge.providerRef !== undefined) tables.providerRefs.delete(charge.providerRef);
          return ledger.charge(charge);
        },
      },
    }),
  },
  'foreign order paid': {
    bug: 'lets anybody pay any order',
    client: ({ orders }, { asker }) => ({
      orders: {
        find: async (orderId) => {
          const userId = asker() as never;
          const stored = await orders.find(orderId);
          return stored && { ...stored, userId };
        },
        decision: (orderId) => orders.decision(orderId),
        expiredHolds: (skus, nowMs) => orders.expiredHolds(skus, nowMs),
        noteHoldsFrom: (sku, from, to) => orders.noteHoldsFrom(sku, from, to),
      },
    }),
  },
  'own payment taken for another': {
    bug: 'does not look for its own entry before it tells a refusal',
    client: ({ ledger }) => ({
      ledger: {
        find: async () => undefined,
        balance: (userId) => ledger.balance(userId),
        entries: (userId, page) => ledger.entries(userId, page),
        charge: (charge) => ledger.charge(charge),
        pay: (payment) => ledger.pay(payment),
      },
    }),
  },
  'payment in two writes': {
    bug: 'takes the money in one write and marks the order in another',
    store: ({ ledger }, { tables, pause }) => ({
      ledger: {
        ...ledger,
        pay: async (payment) => {
          const before = tables.orders.get(payment.orderId);
          const outcome = await ledger.pay(payment);
          const after = tables.orders.get(payment.orderId);
          if (outcome.kind !== 'paid' || before === undefined || after === before) return outcome;
          tables.orders.set(payment.orderId, before);
          await pause();
          tables.orders.set(payment.orderId, after ?? before);
          return outcome;
        },
      },
    }),
  },
} as const satisfies Record<string, Mutant>;

/** Pays as if the order were another than it is; the store's verbs act at once. */
function payAs(
  { orders }: Tables,
  ledger: Ledger,
  payment: Payment,
  altered: (order: Order) => Order,
): ReturnType<Ledger['pay']> {
  const stored = orders.get(payment.orderId);
  if (stored === undefined) return ledger.pay(payment);
  const pretended = { ...stored, order: altered(stored.order) };
  orders.set(payment.orderId, pretended);
  const outcome = ledger.pay(payment);
  const after = orders.get(payment.orderId);
  if (after === pretended) orders.set(payment.orderId, stored);
  else if (after !== undefined) {
    const order = { ...after.order, expiresAt: stored.order.expiresAt };
    orders.set(payment.orderId, { ...after, order });
  }
  return outcome;
}

/** The entry with the next number, on whatever balance it was made for. */
function asNext<B extends Booking>({ ledger }: Tables, booking: B): B {
  return { ...booking, seq: (ledger.get(booking.userId)?.length ?? 0) + 1 };
}
