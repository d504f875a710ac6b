import assert from 'node:assert/strict';
import { chargeOn } from '../../lib/domain/charge.ts';
import type { UserId } from '../../lib/domain/ids.ts';
import {
  type BenchShop,
  freshRequest,
  freshToken,
  freshUser,
  type Promised,
  RESERVATION_MS,
  tally,
  times,
} from './bench-shop.ts';

const LATER_MS = 11 * 60_000;

/** An order of one unit at a price, by a user who may have something. */
async function ordered(
  shop: BenchShop,
  { priceMinor = 100, chargedMinor = 0 } = {},
): Promise<{ userId: string; orderId: string }> {
  const userId = freshUser();
  const sku = await shop.stocked('shoe', 1, priceMinor);
  const { orderId } = await shop.place([[sku, 1]], { userId });
  if (chargedMinor > 0) await shop.charge(userId, chargedMinor);
  return { userId, orderId };
}

/** What must be true of a user's entries at any time: no gap, and a balance that adds up. */
async function checkBooks(shop: BenchShop, userId: string, limit = 100): Promise<void> {
  const entries = await shop.entries(userId, limit);
  const balance = await shop.balance(userId);
  assert.deepEqual(
    entries.map(({ seq }) => seq),
    times(entries.length, (i) => i + 1),
  );
  let runningMinor = 0;
  for (const { amountMinor, balanceMinor } of entries) {
    runningMinor += amountMinor;
    assert.equal(balanceMinor, runningMinor);
  }
  const { balanceMinor, version } = balance;
  assert.deepEqual([balanceMinor, version], [runningMinor, entries.length]);
}

const status = async (shop: BenchShop, orderId: string) =>
  (await shop.ports.orders.find(orderId as never))?.order.status;

/** What every ledger promises. */
export const ledgerContract: readonly Promised[] = [
  {
    name: 'has nothing for a new user',
    run: async (shop) => {
      const userId = freshUser();
      assert.deepEqual(await shop.balance(userId), { userId, balanceMinor: 0, version: 0 });
      assert.deepEqual(await shop.entries(userId), []);
    },
  },
  {
    name: 'charges and pays, and shows an entry for each',
    run: async (shop) => {
      const { userId, orderId } = await ordered(shop, { priceMinor: 300 });
      const charged = await shop.charge(userId, 500, { providerRef: freshUser() });
      const plain = await shop.charge(userId, 7);
      const paid = await shop.pay(userId, orderId);
      assert.ok(charged.kind === 'charged' && plain.kind === 'charged' && paid.kind === 'paid');
      const at = new Date(shop.nowMs).toISOString();
      const [first, second, payment] = await shop.entries(userId);
      const bill = JSON.parse(charged.reply) as { chargeId: string; providerRef: string };
      assert.deepEqual(bill, {
        ...{ chargeId: first?.entryId, amountMinor: 500, balanceMinor: 500, currency: 'KRW' },
        ...{ chargedAt: at, providerRef: first?.ref },
      });
      assert.equal(second?.ref, second?.entryId);
      assert.deepEqual(JSON.parse(paid.reply), {
        ...{ paymentId: payment?.entryId, orderId, amountMinor: 300, balanceMinor: 207 },
        ...{ currency: 'KRW', paidAt: at },
      });
      assert.deepEqual(payment, {
        ...{ entryId: payment?.entryId, seq: 3, kind: 'PAYMENT', amountMinor: -300 },
        ...{ balanceMinor: 207, at, ref: orderId },
      });
      const order = (await shop.ports.orders.find(orderId as never))?.order;
      assert.deepEqual(
        [order?.status, order?.paymentId, order?.paidAt],
        ['PAID', payment.entryId, at],
      );
      await checkBooks(shop, userId);
    },
  },
  {
    name: 'pays a free order with 0, which is an entry too',
    run: async (shop) => {
      const { userId, orderId } = await ordered(shop, { priceMinor: 0 });
      assert.equal((await shop.pay(userId, orderId)).kind, 'paid');
      const [entry] = await shop.entries(userId);
      assert.deepEqual([entry?.seq, entry?.amountMinor, entry?.balanceMinor], [1, 0, 0]);
      assert.ok(Object.is(entry?.amountMinor, 0));
    },
  },
  {
    name: 'carries out 20 charges and 5 payments of one user at once, without a gap',
    run: async (shop) => {
      const userId = freshUser();
      const sku = await shop.stocked('shoe', 5, 10);
      const orders = await Promise.all(times(5, () => shop.place([[sku, 1]], { userId })));
      await shop.charge(userId, 50);
      const outcomes = await Promise.all([
        ...times(20, (i) => shop.charge(userId, i + 1)),
        ...orders.map(({ orderId }) => shop.pay(userId, orderId)),
      ]);
      assert.deepEqual(tally(outcomes), { charged: 20, paid: 5 });
      assert.equal((await shop.balance(userId)).balanceMinor, 50 + 210 - 50);
      await checkBooks(shop, userId, 7);
    },
  },
  {
    name: 'charges and pays once for equal requests, at once and in sequence, to the byte',
    run: async (shop) => {
      const { userId, orderId } = await ordered(shop, { chargedMinor: 1_000 });
      const [charging, paying] = [{ token: freshToken() }, { token: freshToken() }];
      const charges = await Promise.all(times(12, () => shop.charge(userId, 5, charging)));
      const payments = await Promise.all(times(12, () => shop.pay(userId, orderId, paying)));
      charges.push(await shop.charge(userId, 5, charging));
      payments.push(await shop.pay(userId, orderId, paying));
      assert.deepEqual(tally(charges), { charged: 1, replayed: 12 });
      assert.deepEqual(tally(payments), { paid: 1, replayed: 12 });
      for (const outcomes of [charges, payments]) {
        assert.equal(new Set(outcomes.map((o) => ('reply' in o ? o.reply : ''))).size, 1);
      }
      assert.equal((await shop.balance(userId)).balanceMinor, 905);
      await checkBooks(shop, userId);
    },
  },
  {
    name: 'pays an order once, whatever the key, and names the payment that did',
    run: async (shop) => {
      const { userId, orderId } = await ordered(shop, { chargedMinor: 100 });
      const outcomes = await Promise.all(times(12, () => shop.pay(userId, orderId)));
      assert.deepEqual(tally(outcomes), { paid: 1, settled: 11 });
      const order = (await shop.ports.orders.find(orderId as never))?.order;
      for (const outcome of outcomes) {
        if (outcome.kind === 'settled') assert.equal(outcome.paymentId, order?.paymentId);
      }
      assert.equal((await shop.balance(userId)).balanceMinor, 0);
      await checkBooks(shop, userId);
    },
  },
  {
    name: 'knows its own success by the request id when the reply was lost',
    run: async (shop) => {
      const { userId, orderId } = await ordered(shop, { chargedMinor: 100 });
      const ask = { token: freshToken(), requestId: freshRequest() };
      // Paid with all that there was, so that everything looks like a reason to refuse.
      const paid = [await shop.pay(userId, orderId, ask), await shop.pay(userId, orderId, ask)];
      const again = { token: freshToken(), requestId: freshRequest() };
      const full = 1_000_000_000_000;
      const charged = [
        await shop.charge(userId, full, again),
        await shop.charge(userId, full, again),
      ];
      assert.deepEqual(tally([...paid, ...charged]), { paid: 2, charged: 2 });
      assert.equal((await shop.balance(userId)).version, 3);
    },
  },
  {
    name: 'refuses a key that comes back with another request, before anything else',
    run: async (shop) => {
      const { userId, orderId } = await ordered(shop, { chargedMinor: 100 });
      const [charging, paying] = [{ token: freshToken() }, { token: freshToken() }];
      await shop.charge(userId, 1, charging);
      await shop.pay(userId, orderId, paying);
      const nowhere = `ord_${'a'.repeat(26)}`;
      const outcomes = [
        await shop.charge(userId, 2, charging),
        await shop.charge(userId, 1_000_000_000_000, charging),
        await shop.pay(userId, nowhere, paying),
      ];
      assert.deepEqual(tally(outcomes), { mismatched: 3 });
      assert.equal((await shop.balance(userId)).balanceMinor, 1);
    },
  },
  {
    name: 'refuses what the balance does not cover, and leaves the key free',
    run: async (shop) => {
      const { userId, orderId } = await ordered(shop, { chargedMinor: 99 });
      const ask = { token: freshToken() };
      assert.deepEqual(await shop.pay(userId, orderId, ask), {
        ...{ kind: 'insufficient', balanceMinor: 99, requiredMinor: 100 },
      });
      await shop.charge(userId, 1);
      assert.equal((await shop.pay(userId, orderId, ask)).kind, 'paid');
      assert.equal((await shop.balance(userId)).balanceMinor, 0);
    },
  },
  {
    name: "takes another user's order for one that does not exist",
    run: async (shop) => {
      const { orderId } = await ordered(shop);
      const thief = freshUser();
      await shop.charge(thief, 1_000);
      assert.deepEqual(await shop.pay(thief, orderId), { kind: 'unknown' });
      assert.equal((await shop.balance(thief)).balanceMinor, 1_000);
      assert.equal(await status(shop, orderId), 'PENDING_PAYMENT');
    },
  },
  {
    name: 'refuses a late payment, swept or not, and debits nothing',
    run: async (shop) => {
      const { userId, orderId } = await ordered(shop, { chargedMinor: 100 });
      shop.nowMs += RESERVATION_MS - 1;
      const inTime = await ordered(shop, { chargedMinor: 100 });
      shop.nowMs += 1;
      assert.deepEqual(await shop.pay(userId, orderId), { kind: 'expired' });
      const held = (await shop.ports.orders.find(orderId as never))?.order;
      assert.ok(held);
      await shop.ports.stock.releaseMany([held], shop.nowMs);
      assert.deepEqual(await shop.pay(userId, orderId), { kind: 'expired' });
      assert.equal((await shop.balance(userId)).balanceMinor, 100);
      shop.nowMs += RESERVATION_MS - 2;
      assert.equal((await shop.pay(inTime.userId, inTime.orderId)).kind, 'paid');
    },
  },
  {
    name: 'lets pay and expiry race: exactly one of them wins',
    run: async (shop) => {
      const all = await Promise.all(times(8, () => ordered(shop, { chargedMinor: 100 })));
      const orders = await Promise.all(
        all.map(async ({ orderId }) => (await shop.ports.orders.find(orderId as never))?.order),
      );
      await Promise.all([
        ...all.map(({ userId, orderId }) => shop.pay(userId, orderId)),
        ...orders.flatMap((order) =>
          order === undefined
            ? []
            : [shop.ports.stock.releaseMany([order], Date.parse(order.expiresAt))],
        ),
      ]);
      for (const { userId, orderId } of all) {
        const { balanceMinor } = await shop.balance(userId);
        assert.equal(balanceMinor, (await status(shop, orderId)) === 'PAID' ? 0 : 100);
        await checkBooks(shop, userId);
      }
    },
  },
  {
    name: 'keeps the units of a paid order: its reservation ended by payment',
    run: async (shop) => {
      const userId = freshUser();
      const sku = await shop.stocked('shoe', 1);
      const { orderId } = await shop.place([[sku, 1]], { userId });
      await shop.charge(userId, 100);
      await shop.pay(userId, orderId);
      shop.nowMs += 2 * RESERVATION_MS;
      assert.equal((await shop.place([[sku, 1]])).kind, 'insufficient');
      assert.equal(await status(shop, orderId), 'PAID');
      const held = (await shop.ports.orders.find(orderId))?.order;
      assert.ok(held);
      assert.equal((await shop.ports.stock.releaseMany([held], shop.nowMs)).kind, 'ended');
    },
  },
  {
    name: 'retells every reply 11 minutes later, whatever became of the order, to the byte',
    run: async (shop) => {
      const { userId, orderId } = await ordered(shop, { chargedMinor: 100 });
      const sku = await shop.stocked('shoe', 2);
      const [placing, charging, paying] = times(3, () => ({ token: freshToken() }));
      const first = [
        await shop.place([[sku, 1]], { ...placing, userId }),
        await shop.charge(userId, 5, charging),
        await shop.pay(userId, orderId, paying),
      ];
      shop.nowMs += LATER_MS;
      await shop.place([[sku, 2]]);
      const later = [
        await shop.place([[sku, 1]], { ...placing, userId }),
        await shop.charge(userId, 5, charging),
        await shop.pay(userId, orderId, paying),
      ];
      assert.deepEqual(tally(first), { placed: 1, charged: 1, paid: 1 });
      assert.deepEqual(tally(later), { replayed: 3 });
      const replies = (outcomes: object[]) => outcomes.map((o) => ('reply' in o ? o.reply : ''));
      assert.deepEqual(replies(later), replies(first));
    },
  },
  {
    name: 'credits a provider reference once for ever, whoever sends it',
    run: async (shop) => {
      const [ann, bob, providerRef] = [freshUser(), freshUser(), `ref:${freshUser()}`];
      const token = freshToken();
      const first = await shop.charge(ann, 5, { providerRef, token });
      assert.ok(first.kind === 'charged');
      const { chargeId } = JSON.parse(first.reply) as { chargeId: string };
      shop.nowMs += LATER_MS;
      for (const userId of [ann, bob]) {
        const claimed = { kind: 'claimed', chargeId, userId: ann };
        assert.deepEqual(await shop.charge(userId, 5, { providerRef }), claimed);
      }
      assert.equal((await shop.charge(ann, 5, { providerRef, token })).kind, 'replayed');
      assert.equal((await shop.charge(ann, 6, { providerRef, token })).kind, 'mismatched');
      assert.deepEqual(
        [(await shop.balance(ann)).balanceMinor, (await shop.balance(bob)).version],
        [5, 0],
      );
      const fresh = { providerRef: `ref:${freshUser()}` };
      const rivals = await Promise.all(times(6, (i) => shop.charge(i % 2 ? ann : bob, 1, fresh)));
      assert.deepEqual(tally(rivals), { charged: 1, claimed: 5 });
    },
  },
  {
    name: 'refuses what would pass the limit of a balance',
    run: async (shop) => {
      const userId = freshUser();
      const limitMinor = 1_000_000_000_000;
      await shop.charge(userId, 1);
      assert.deepEqual(await shop.charge(userId, limitMinor), { kind: 'overfull' });
      assert.equal((await shop.charge(userId, limitMinor - 1)).kind, 'charged');
      assert.deepEqual(await shop.charge(userId, 1), { kind: 'overfull' });
      assert.equal((await shop.balance(userId)).balanceMinor, limitMinor);
    },
  },
  {
    name: 'takes no booking that was made for another version of the balance',
    run: async (shop) => {
      const userId = freshUser() as UserId;
      const old = await shop.balance(userId);
      const told = { nowMs: shop.nowMs, currency: 'KRW' };
      const late = () => {
        const key = { token: freshToken(), requestId: freshRequest(), fingerprint: '' };
        const made = chargeOn(old, { ...key, userId, amountMinor: 5 }, told);
        assert.ok(made.kind === 'CHARGE');
        return made;
      };
      assert.equal((await shop.ports.ledger.charge(late())).kind, 'charged');
      assert.equal((await shop.ports.ledger.charge(late())).kind, 'contended');
      assert.equal((await shop.balance(userId)).balanceMinor, 5);
    },
  },
];
