import { expect, it } from '@jest/globals';
import type { ChargeId, UserId } from '../../../lib/domain/ids.ts';
import { type Entry, nextEntry } from '../../../lib/domain/ledger.ts';

const balance = { userId: 'ann' as UserId, balanceMinor: 500, version: 4 };
const entry = (kind: Entry['kind'], amountMinor: number) => ({
  ...{ entryId: 'chg_a' as ChargeId, kind, amountMinor, at: '2026-01-01T00:00:00.000Z', ref: 'r' },
});

it.each([
  ['CHARGE', 200, 700, 'provider', 'users'],
  ['PAYMENT', -200, 300, 'users', 'sales'],
] as const)('%s names the account debited and the one credited, and sums to 0', (...row) => {
  const [kind, amountMinor, balanceMinor, debit, credit] = row;
  expect(nextEntry(balance, entry(kind, amountMinor))).toMatchObject({
    ...{ seq: 5, amountMinor, balanceMinor },
    postings: [
      { account: debit, amountMinor: 200 },
      { account: credit, amountMinor: -200 },
    ],
  });
});

it('gives 0 no sign', () => {
  const { amountMinor, balanceMinor, postings } = nextEntry(balance, entry('PAYMENT', 0));
  const amounts = [amountMinor, balanceMinor, ...postings.map((posting) => posting.amountMinor)];
  expect(amounts).toEqual([0, 500, 0, 0]);
});

it.each([-501, 0.5, 2 ** 53])('makes no balance of an amount such as %d', (amountMinor) => {
  expect(() => nextEntry(balance, entry('PAYMENT', amountMinor))).toThrow('a balance');
});
