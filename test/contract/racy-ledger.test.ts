import { describe, expect, it } from '@jest/globals';
import { emptyTables, type MemoryTables, memoryShop } from '../../lib/adapters/memory/shop.ts';
import type { Ledger } from '../../lib/ports/ledger.ts';
import { brokenPromises, type Ports } from './bench-shop.ts';
import { ledgerContract } from './ledger-contract.ts';

const altered = (alter: (ledger: Ledger, tables: MemoryTables) => Partial<Ledger>) => (): Ports => {
  const tables = emptyTables();
  const ports = memoryShop(tables);
  return { ...ports, ledger: { ...ports.ledger, ...alter(ports.ledger, tables) } };
};

const drawnId = (prefix: string) => `${prefix}_${Math.random().toString(32).slice(2)}` as never;

/** Each a ledger that somebody might write. */
const versionBlind = altered((ledger) => ({
  charge: async (charge) => {
    const { version } = await ledger.balance(charge.userId);
    return ledger.charge({ ...charge, seq: version + 1 });
  },
}));

const orderBlind = altered((ledger, tables) => ({
  pay: async (payment) => {
    const stored = tables.orders.get(payment.orderId);
    if (stored !== undefined) {
      const order = { ...stored.order, status: 'PENDING_PAYMENT' as const };
      tables.orders.set(payment.orderId, { ...stored, order });
    }
    return ledger.pay(payment);
  },
}));

const forgettingKeys = altered((ledger) => ({
  charge: (charge) => ledger.charge({ ...charge, entryId: drawnId('chg') }),
}));

const referenceBlind = altered((ledger) => ({
  charge: (charge) => {
    const { providerRef, ...rest } = charge;
    return ledger.charge(providerRef === undefined ? charge : rest);
  },
}));

const forgettingEntries = altered(() => ({ find: async () => undefined }));

const replyBlind = altered((ledger) => ({
  charge: async (charge) => {
    const outcome = await ledger.charge(charge);
    return outcome.kind === 'replayed' ? { ...outcome, reply: charge.reply } : outcome;
  },
}));

const fingerprintBlind = altered((ledger) => ({
  charge: (charge) => ledger.charge({ ...charge, fingerprint: 'same' }),
}));

const timeBlind = altered((ledger) => ({
  pay: (payment) => ledger.pay({ ...payment, at: '2000-01-01T00:00:00.000Z' }),
}));

describe("the ledger's contract suite bites", () => {
  it.each([
    ['moves a balance whatever its version', versionBlind, 'made for another version'],
    ['pays an order again', orderBlind, 'pays an order once, whatever the key'],
    ['draws a new id for each try', forgettingKeys, 'once for equal requests'],
    ['credits a reference again', referenceBlind, 'credits a provider reference once'],
    ['does not find what it booked', forgettingEntries, 'knows its own success'],
    ['makes replies anew', replyBlind, 'once for equal requests'],
    ['ignores what a key was used for', fingerprintBlind, 'refuses a key that comes back'],
    ['takes payments at another time', timeBlind, 'charges and pays, and shows'],
  ])('a ledger that %s breaks the promise meant for it', async (_name, make, promise) => {
    expect(await brokenPromises(ledgerContract, make)).toContainEqual(
      expect.stringContaining(promise),
    );
  });

  it('and the ledger that it was made from keeps it', async () => {
    expect(await brokenPromises(ledgerContract, memoryShop)).toEqual([]);
  });
});
