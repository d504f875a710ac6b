import { describe, expect, it } from '@jest/globals';
import type { Asked, Deed } from '../../../../bench/money/asked.ts';
import type { Books, Entry, ShownOrder } from '../../../../bench/money/books.ts';
import { breachesIn, effectsIn, type Evidence } from '../../../../bench/money/law.ts';
import type { Answered, Told } from '../../../../bench/money/told.ts';

const ann = { userId: 'ann', token: 't-ann' };
const bob = { userId: 'bob', token: 't-bob' };
const REFUSED = '409 order-already-paid';

const deposit: Deed = { name: 'the deposit', userIds: ['ann'], kind: 'CHARGE', amountMinor: 100 };
const purchase: Deed = {
  ...{ name: 'the purchase', userIds: ['ann'], kind: 'PAYMENT', amountMinor: -70, ref: 'ord_a' },
};

const charging: Asked = {
  ...{ by: ann, key: 'k0', route: 'POST /charges', body: '{}', deed: deposit },
};
const payingAlone: Asked = {
  ...{ by: ann, key: 'k1', route: 'POST /payments', body: '{}', deed: purchase },
};
const paying: Asked = { ...payingAlone, refusal: REFUSED };

const charged: Told = {
  ...{ kind: 'done', entryId: 'chg_a', amountMinor: 100, balanceMinor: 100, replayed: false },
  text: 'charged',
};
const paid = {
  ...{ kind: 'done', entryId: 'pay_a', amountMinor: 70, balanceMinor: 30, replayed: false },
  text: 'paid',
} as const satisfies Told;
const replayed: Told = { ...paid, replayed: true };
const refused: Told = { kind: 'refused', name: REFUSED };
const silent: Told = { kind: 'other', unsettled: true, name: 'no answer', text: '' };
const contended: Told = { kind: 'other', unsettled: false, name: '503 contended', text: '' };

const first: Entry = {
  ...{ entryId: 'chg_a', seq: 1, kind: 'CHARGE', amountMinor: 100, balanceMinor: 100, ref: 'r' },
};
const second: Entry = {
  ...{
    entryId: 'pay_a',
    seq: 2,
    kind: 'PAYMENT',
    amountMinor: -70,
    balanceMinor: 30,
    ref: 'ord_a',
  },
};
const third: Entry = { ...second, entryId: 'pay_b', seq: 3, balanceMinor: -40 };
const order: ShownOrder = {
  ...{ orderId: 'ord_a', readStatus: 200, status: 'PAID', paymentId: 'pay_a' },
};
const unpaid: ShownOrder = { ...order, status: 'PENDING_PAYMENT', paymentId: undefined };

const books = (entries: readonly Entry[], balanceMinor = entries.at(-1)?.balanceMinor ?? 0) => ({
  ...{ userId: 'ann', balanceMinor, entries },
});
const answers = (...all: Told[]): Answered[] => all.map((told) => ({ asked: paying, told }));
const under = (key: string, told: Told): Answered => ({ asked: { ...paying, key }, told });

/** A payment that was sent twice under one key, and made once. */
const kept: Evidence = {
  openings: [{ asked: charging, told: charged }],
  answered: answers(paid, replayed),
  books: [books([first, second])],
  orders: [order],
};
const nothingPaid = { ...kept, books: [books([first])], orders: [unpaid] };
const judged = (changes: Partial<Evidence>) => breachesIn({ ...kept, ...changes });

describe('the law of money', () => {
  it('is kept when what was asked for happened once', () => {
    expect(breachesIn(kept)).toEqual([]);
    expect(effectsIn(kept)).toBe(1);
  });

  it('is kept when other keys are refused', () => {
    expect(judged({ answered: [under('k1', paid), under('k2', refused)] })).toEqual([]);
  });

  it('is broken by a payment that was made twice, whatever was answered', () => {
    const twice = { ...kept, books: [books([first, second, { ...third, balanceMinor: -40 }])] };
    expect(effectsIn(twice)).toBe(2);
    expect(breachesIn(twice)).toEqual([
      'the balance after seq 3 is below 0, in the books of ann',
      'order ord_a is PAID, and 2 entries pay it',
      'the purchase was done 2 times',
    ]);
  });

  it('is broken by a payment that the ledger lacks', () => {
    expect(judged({ books: [books([first])] })).toEqual([
      'order ord_a is PAID, and 0 entries pay it',
      'the purchase was told 201, but the ledger lacks it',
      'an answer names "pay_a", which is not in the books of ann',
    ]);
  });

  it('is broken by an entry that nobody asked for', () => {
    const gift: Entry = { ...first, entryId: 'chg_b', seq: 3, amountMinor: 1, balanceMinor: 31 };
    expect(judged({ books: [books([first, second, gift])] })).toEqual([
      'nobody asked for a CHARGE of 1 with the ref r, in the books of ann',
    ]);
  });

  it('is broken by a payment out of another user’s books', () => {
    const stolen: Books = { ...books([{ ...second, seq: 1, balanceMinor: -70 }]), userId: 'bob' };
    const breaches = judged({ books: [books([first]), stolen] });
    expect(breaches).toContain(
      'nobody asked for a PAYMENT of -70 with the ref ord_a, in the books of bob',
    );
  });
});

describe('books that break the law', () => {
  it('skip a number', () => {
    expect(judged({ books: [books([first, { ...second, seq: 3 }])] })).toEqual([
      'seq 3 stands where 2 is due, in the books of ann',
    ]);
  });

  it('do not go on from the balance before', () => {
    const wrong = { ...second, balanceMinor: 31 };
    expect(judged({ books: [books([first, wrong], 30)] })).toEqual([
      'the balance after seq 2 is 31 and not 30, in the books of ann',
      'an answer tells other amounts than its entry pay_a: paid',
    ]);
  });

  it('do not add up to the balance', () => {
    expect(judged({ books: [books([first, second], 100)] })).toEqual([
      'the balance of ann is 100, but the entries add up to 30',
    ]);
  });

  it('have one id for two entries', () => {
    const copy = { ...first, entryId: 'pay_a', seq: 3, balanceMinor: 130 };
    expect(judged({ books: [books([first, second, copy])] })).toContain(
      '2 entries of ann have the same id: pay_a',
    );
  });
});

describe('an order that breaks the law', () => {
  it('is paid for and does not know it', () => {
    expect(judged({ orders: [unpaid] })).toEqual([
      'order ord_a is PENDING_PAYMENT, and 1 entries pay it',
    ]);
  });

  it('names another payment', () => {
    expect(judged({ orders: [{ ...order, paymentId: 'pay_z' }] })).toEqual([
      'order ord_a names pay_z as its payment and not pay_a',
    ]);
  });

  it('can’t be read', () => {
    expect(judged({ orders: [{ ...order, readStatus: 404 }] })).toEqual([
      "order ord_a can't be read by its owner: 404",
    ]);
  });
});

describe('answers that break the law', () => {
  it('differ in their bytes under one key', () => {
    expect(judged({ answered: answers(paid, { ...paid, replayed: true, text: 'Paid' }) })).toEqual([
      'of 2 answers 201 under one key there are 2 different ones',
    ]);
  });

  it.each([
    [[paid, paid], 2],
    [[replayed, replayed], 0],
  ])('mark all or none as replays: %#', (told, firsts) => {
    expect(judged({ answered: answers(...told) })).toEqual([
      `of 2 answers 201 under one key ${firsts} are not marked as replays, where 1 is right`,
    ]);
  });

  it('are 201 under two keys, though the ledger has one payment', () => {
    expect(judged({ answered: [under('k1', paid), under('k2', paid)] })).toEqual([
      'the purchase was told 201 under 2 keys',
    ]);
  });

  it('refuse what is right', () => {
    const poor: Told = { kind: 'refused', name: '402 insufficient-balance' };
    expect(judged({ answered: answers(paid, poor) })).toEqual([
      'refused with 402 insufficient-balance, where only 409 order-already-paid is right',
    ]);
    expect(judged({ answered: [...answers(paid), { asked: payingAlone, told: poor }] })).toEqual([
      'refused with 402 insufficient-balance, where no refusal is right',
    ]);
  });

  it('claim that it was done before, when it was not', () => {
    expect(breachesIn({ ...nothingPaid, answered: answers(refused) })).toEqual([
      'the purchase was refused, but had not been done',
      'none of 1 requests was carried out',
    ]);
  });

  it('let a stranger pay', () => {
    const theft: Asked = { ...paying, by: bob, deed: undefined, refusal: '404 order-not-found' };
    expect(judged({ answered: [...answers(paid), { asked: theft, told: paid }] })).toEqual([
      'bob was told 201, where 404 order-not-found is due',
    ]);
  });

  it('keep from everybody that it was done', () => {
    expect(judged({ answered: answers(refused, contended) })).toEqual([
      'the purchase was done, but nobody was told',
      'none of 2 requests was carried out',
    ]);
  });
});

describe('answers that are neither yes nor no', () => {
  it('do not break the law by themselves', () => {
    expect(judged({ answered: answers(paid, replayed, silent, contended) })).toEqual([]);
  });

  it('excuse that all others are replays only if an answer was lost', () => {
    expect(judged({ answered: answers(replayed, silent) })).toEqual([]);
    expect(judged({ answered: answers(replayed, contended) })).toEqual([
      'of 1 answers 201 under one key 0 are not marked as replays, where 1 is right',
    ]);
  });

  it('leave it open whether it was done, but prove nothing alone', () => {
    const nothing = ['none of 1 requests was carried out'];
    expect(judged({ answered: answers(silent) })).toEqual(nothing);
    expect(breachesIn({ ...nothingPaid, answered: answers(silent) })).toEqual(nothing);
  });
});
