import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, call } from '../../localstack/shop/client.ts';
import { signToken } from '../../localstack/shop/keys.ts';
import type { Harness, Shop } from '../../localstack/shop/open.ts';
import { costOf, onSale, openTestShop, order, statuses, times } from './shop.ts';

const replayed = (answers: readonly Answer[]) =>
  answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true');

describe.each<Harness>(['thin', 'offline', 'workers'])('money behind the harness %s', (harness) => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openTestShop(harness);
  }, 120_000);
  afterAll(() => shop.stop());

  /** A new user, and what may be done on their behalf. */
  async function customer() {
    const userId = randomUUID();
    const token = await signToken(userId);
    const post = (path: string, body: object, key: string) =>
      call(shop.url, `POST ${path}`, { token, key, body });
    return {
      userId,
      charge: (body: object, key: string = randomUUID()) => post('/charges', body, key),
      pay: (orderId: unknown, key: string = randomUUID()) => post('/payments', { orderId }, key),
      order: async (priceMinor = 100) =>
        (await order(shop.url, token, [[await onSale(shop.url, 1, priceMinor), 1]])).json,
      read: async (path: string) => call(shop.url, `GET ${path}`, { token }),
    };
  }

  it('charges, pays and shows both, as contract.md does', async () => {
    const ann = await customer();
    const { orderId } = await ann.order(300);
    const providerRef = `psp:${randomUUID()}`;
    const charged = await ann.charge({ amountMinor: 1e3, providerRef });
    const paid = await ann.pay(orderId);

    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const chargeId = expect.stringMatching(/^chg_[a-z2-7]{26}$/);
    const paymentId = expect.stringMatching(/^pay_[a-z2-7]{26}$/);
    expect([charged.status, charged.json]).toEqual([
      201,
      {
        ...{ chargeId, amountMinor: 1_000, balanceMinor: 1_000, currency: 'KRW' },
        ...{ chargedAt: time, providerRef },
      },
    ]);
    expect([paid.status, paid.json]).toEqual([
      201,
      {
        ...{ paymentId, orderId, amountMinor: 300, balanceMinor: 700, currency: 'KRW' },
        paidAt: time,
      },
    ]);
    expect((await ann.read('/balance')).json).toEqual({
      ...{ userId: ann.userId, balanceMinor: 700, currency: 'KRW', version: 2 },
    });
    expect((await ann.read('/balance/entries')).json).toEqual({
      items: [
        {
          ...{ entryId: paid.json['paymentId'], seq: 2, kind: 'PAYMENT', amountMinor: -300 },
          ...{ balanceMinor: 700, at: paid.json['paidAt'], ref: orderId },
        },
        {
          ...{ entryId: charged.json['chargeId'], seq: 1, kind: 'CHARGE', amountMinor: 1_000 },
          ...{ balanceMinor: 1_000, at: charged.json['chargedAt'], ref: providerRef },
        },
      ],
    });
    expect((await ann.read(`/orders/${String(orderId)}`)).json).toMatchObject({
      ...{ status: 'PAID', paymentId: paid.json['paymentId'], paidAt: paid.json['paidAt'] },
    });
  });

  it('costs 8 write units to pay, 5 to charge, 7 with a reference, in two round trips', async () => {
    const ann = await customer();
    const { orderId } = await ann.order();
    await ann.charge({ amountMinor: 100 });
    const charged = costOf(await ann.charge({ amountMinor: 100 }));
    const referred = costOf(await ann.charge({ amountMinor: 100, providerRef: randomUUID() }));
    const paid = costOf(await ann.pay(orderId));
    expect([charged.writeUnits, referred.writeUnits, paid.writeUnits]).toEqual([5, 7, 8]);
    expect([charged.transactions, referred.transactions, paid.transactions]).toEqual([1, 1, 1]);
    // A payment reads balance and order at once, so these are two round trips too.
    expect([charged.requests, referred.requests, paid.requests]).toEqual([2, 2, 3]);
  });

  it('carries out equal requests at once one time: equal bytes, all but one marked', async () => {
    const ann = await customer();
    const { orderId } = await ann.order();
    const n = harness === 'workers' ? 10 : 50;
    const [charging, paying] = [randomUUID(), randomUUID()];
    const charges = await Promise.all(times(n, () => ann.charge({ amountMinor: 500 }, charging)));
    const payments = await Promise.all(times(n, () => ann.pay(orderId, paying)));
    for (const answers of [charges, payments]) {
      expect(statuses(answers)).toEqual({ '201': n });
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(replayed(answers)).toHaveLength(n - 1);
    }
    expect((await ann.read('/balance')).json).toMatchObject({ balanceMinor: 400, version: 2 });
  });

  it('pays an order once under as many keys as there are requests', async () => {
    const ann = await customer();
    const { orderId } = await ann.order();
    await ann.charge({ amountMinor: 100 });
    const n = harness === 'workers' ? 10 : 50;
    const answers = await Promise.all(times(n, () => ann.pay(orderId)));
    expect(statuses(answers)).toEqual({ '201': 1, '409 order-already-paid': n - 1 });
    const paid = answers.find(({ status }) => status === 201);
    const named = answers.map(({ json }) => json['paymentId']);
    expect(new Set(named)).toEqual(new Set([paid?.json['paymentId']]));
    expect((await ann.read('/balance')).json).toMatchObject({ balanceMinor: 0, version: 2 });
  });

  it('carries out 20 charges and 5 payments of one user at once, without a gap', async () => {
    const ann = await customer();
    const orders = [];
    for (let i = 0; i < 5; i += 1) orders.push(await ann.order(0));
    const answers = await Promise.all([
      ...times(20, (i) => ann.charge({ amountMinor: i + 1 })),
      ...orders.map(({ orderId }) => ann.pay(orderId)),
    ]);
    expect(statuses(answers)).toEqual({ '201': 25 });
    const { items } = (await ann.read('/balance/entries?limit=100')).json as {
      items: { seq: number; amountMinor: number; balanceMinor: number }[];
    };
    const entries = items.reverse();
    expect(entries.map(({ seq }) => seq)).toEqual(times(25, (i) => i + 1));
    let runningMinor = 0;
    for (const { amountMinor, balanceMinor } of entries) {
      expect(balanceMinor).toBe((runningMinor += amountMinor));
    }
    expect(runningMinor).toBe(210);
  });

  it('refuses in the words of contract.md, and changes nothing', async () => {
    const [ann, bob] = [await customer(), await customer()];
    const { orderId } = await ann.order(100);
    const providerRef = randomUUID();
    const poor = await ann.pay(orderId);
    expect([poor.status, poor.json]).toMatchObject([
      402,
      { code: 'insufficient-balance', balanceMinor: 0, requiredMinor: 100 },
    ]);
    const { chargeId } = (await ann.charge({ amountMinor: 100, providerRef })).json;
    const foreign = await bob.pay(orderId);
    const none = await bob.pay(`ord_${'a'.repeat(26)}`);
    const but = ({ status, json }: Answer) => [status, { ...json, requestId: '' }];
    expect(but(foreign)).toEqual(but(none));
    expect(foreign.json['code']).toBe('order-not-found');
    const used = [
      await ann.charge({ amountMinor: 100, providerRef }),
      await bob.charge({ amountMinor: 100, providerRef }),
    ];
    expect(statuses(used)).toEqual({ '409 provider-ref-used': 2 });
    expect(used.map(({ json }) => json['chargeId'])).toEqual([chargeId, undefined]);
    const key = randomUUID();
    await bob.charge({ amountMinor: 1e10 }, key);
    expect((await bob.charge({ amountMinor: 1 }, key)).json['code']).toBe('idempotency-key-reused');
    expect((await bob.read('/balance')).json).toMatchObject({ balanceMinor: 1e10, version: 1 });
    expect((await ann.read('/balance')).json).toMatchObject({ balanceMinor: 100, version: 1 });
  });

  it('pages through entries: none skipped or shown twice while new ones arrive', async () => {
    const ann = await customer();
    for (let i = 1; i <= 5; i += 1) await ann.charge({ amountMinor: i });
    const page = async (query: string) =>
      (await ann.read(`/balance/entries?${query}`)).json as {
        items: { seq: number }[];
        nextCursor?: string;
      };
    const first = await page('limit=2');
    await ann.charge({ amountMinor: 6 });
    const second = await page(`limit=2&cursor=${first.nextCursor ?? ''}`);
    const third = await page(`cursor=${second.nextCursor ?? ''}`);
    const seqs = [first, second, third].map(({ items }) => items.map(({ seq }) => seq));
    expect(seqs).toEqual([[5, 4], [3, 2], [1]]);
    expect(third).not.toHaveProperty('nextCursor');
    expect((await page('limit=100')).items).toHaveLength(6);
  });
});
