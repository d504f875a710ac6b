import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Told } from '../in-process/functions.ts';
import type { Bench, Sight } from './bench.ts';
import type { Scenario, Stage } from './law.ts';
import { freshUser, newRows } from './scenarios.ts';

type Row = Record<string, unknown>;

const BALANCE_MINOR_MAX = 1_000_000_000_000;

/** The one new entry, which the balance follows without a gap. */
function bookedEntry(user: string, amountMinor: number, before: Sight, after: Sight): Row {
  const balanceName = `ledger ${user} BALANCE`;
  const { balanceMinor: was = 0, version = 0 } = (before.rows[balanceName] ?? {}) as {
    balanceMinor?: number;
    version?: number;
  };
  const now = after.rows[balanceName];
  assert.deepEqual(
    [now?.['balanceMinor'], now?.['version']],
    [was + amountMinor, version + 1],
    'the balance moved once',
  );
  const entries = newRows(before, after).filter(({ requestId }) => requestId !== undefined);
  const [entry, ...more] = entries;
  assert.ok(entry !== undefined && more.length === 0, 'one entry');
  assert.deepEqual(
    [entry['amountMinor'], entry['balanceMinor'], entry['seq'], entry['userId']],
    [amountMinor, was + amountMinor, version + 1, user],
  );
  return entry;
}

function charging(
  bench: Bench,
  amountMinor: number,
  { user = freshUser(), providerRef }: { user?: string; providerRef?: string } = {},
): Omit<Stage, 'usual'> & { readonly user: string } {
  const body = { amountMinor, ...(providerRef === undefined ? {} : { providerRef }) };
  const references = providerRef === undefined ? [] : [{ providerRef }];
  return {
    user,
    ask: { route: 'POST /charges', user, key: 'k', body },
    container: bench.container([]),
    skus: [],
    watched: [
      { table: 'ledger', key: { userId: user, entryId: 'BALANCE' } },
      ...references.map((key) => ({ table: 'providerRefs' as const, key })),
    ],
    holds: (before, after, told) => {
      const entry = bookedEntry(user, amountMinor, before, after);
      const { chargeId, balanceMinor } = told.json;
      assert.deepEqual(
        [entry['entryId'], entry['balanceMinor'], entry['reply']],
        [chargeId, balanceMinor, told.text],
      );
      if (providerRef === undefined) return;
      const claim = after.rows[`providerRefs ${providerRef}`];
      assert.deepEqual([claim?.['chargeId'], claim?.['userId']], [chargeId, user]);
    },
  };
}

const freshReference = (): string => `ref-${randomUUID()}`;

const charges: readonly Scenario[] = [
  {
    name: 'the first charge of a user',
    firm: true,
    stage: async (bench) => ({ ...charging(bench, 500), usual: 201 }),
  },
  {
    name: 'a charge with a reference',
    firm: true,
    stage: async (bench) => {
      const stage = charging(bench, 500, { providerRef: freshReference() });
      await bench.funded(stage.user, 70);
      return { ...stage, usual: 201 };
    },
  },
  {
    name: 'a charge, and another of the same user',
    firm: true,
    stage: async (bench) => {
      const stage = charging(bench, 500);
      return { ...stage, rival: { ...stage.ask, key: 'other' }, usual: 201 };
    },
  },
  {
    name: 'a charge, and another for the same reference',
    stage: async (bench) => {
      const providerRef = freshReference();
      const stage = charging(bench, 500, { providerRef });
      const rival = { ...stage.ask, user: freshUser() };
      return { ...stage, rival, usual: 201, also: ['provider-ref-used'] };
    },
  },
  {
    name: 'a charge for a reference that was credited',
    stage: async (bench) => {
      const providerRef = freshReference();
      const earlier = charging(bench, 500, { providerRef });
      await bench.sendAsTwin(earlier.ask);
      return { ...charging(bench, 500, { providerRef }), usual: 'provider-ref-used' };
    },
  },
  {
    name: 'a charge beyond the limit',
    stage: async (bench) => {
      const stage = charging(bench, 3);
      await bench.funded(stage.user, BALANCE_MINOR_MAX - 2);
      return {
        ...stage,
        usual: 'balance-limit',
        relent: async () => {
          const hat = await bench.stocked('hat', 1);
          await paid(bench, stage.user, await bench.order(stage.user, [[hat, 1]], 60_000));
        },
      };
    },
  },
  {
    name: 'a charge up to the limit, and another of the same user',
    stage: async (bench) => {
      const stage = charging(bench, 3);
      await bench.funded(stage.user, BALANCE_MINOR_MAX - 3);
      const rival = { ...stage.ask, key: 'other' };
      return { ...stage, rival, usual: 201, also: ['balance-limit'] };
    },
  },
];

const paid = (bench: Bench, user: string, orderId: string): Promise<Told> =>
  bench.sendAsTwin({ route: 'POST /payments', user, key: 'other', body: { orderId } });

async function paying(
  bench: Bench,
  { totalMinor = 200, balanceMinor = 500, endsInMs = 60_000 },
): Promise<Omit<Stage, 'usual'> & { readonly user: string; readonly orderId: string }> {
  const user = freshUser();
  const shoe = await bench.stocked('shoe', 1, { priceMinor: totalMinor });
  const orderId = await bench.order(user, [[shoe, 1]], endsInMs);
  if (balanceMinor > 0) await bench.funded(user, balanceMinor);
  // The units of an order that is over count as free, unless it was paid in time.
  const overdue = endsInMs < 1_000 ? [orderId] : [];
  return {
    user,
    orderId,
    overdue,
    ask: { route: 'POST /payments', user, key: 'k', body: { orderId } },
    container: bench.container([]),
    skus: [shoe.sku],
    watched: [
      { table: 'ledger', key: { userId: user, entryId: 'BALANCE' } },
      { table: 'orders', key: { orderId } },
    ],
    holds: (before, after, told) => {
      const entry = bookedEntry(user, 0 - totalMinor, before, after);
      const { paymentId, paidAt } = told.json;
      assert.deepEqual(
        [entry['entryId'], entry['ref'], entry['reply']],
        [paymentId, orderId, told.text],
      );
      const order = after.rows[`orders ${orderId}`];
      assert.deepEqual(
        [order?.['status'], order?.['paymentId'], order?.['paidAt']],
        ['PAID', paymentId, paidAt],
      );
      const { sku } = shoe;
      assert.equal(after.units[sku], (before.units[sku] ?? 0) - overdue.length);
    },
  };
}

const payments: readonly Scenario[] = [
  {
    name: 'a payment',
    firm: true,
    stage: async (bench) => ({ ...(await paying(bench, {})), usual: 201 }),
  },
  {
    name: 'a payment of nothing, by a user without a balance',
    firm: true,
    stage: async (bench) => {
      const stage = await paying(bench, { totalMinor: 0, balanceMinor: 0 });
      return { ...stage, usual: 201 };
    },
  },
  {
    name: 'a payment of more than there is',
    stage: async (bench) => {
      const stage = await paying(bench, { balanceMinor: 199 });
      const charge = { ...charging(bench, 1, { user: stage.user }).ask, key: 'more' };
      return {
        ...stage,
        usual: 'insufficient-balance',
        relent: async () => {
          await bench.sendAsTwin(charge);
        },
      };
    },
  },
  {
    name: 'a payment, and another of the same order',
    stage: async (bench) => {
      // No more than the order costs: whoever comes second sees an empty balance.
      const stage = await paying(bench, { balanceMinor: 200 });
      const rival = { ...stage.ask, key: 'other' };
      return { ...stage, rival, usual: 201, also: ['order-already-paid'] };
    },
  },
  {
    name: 'a payment of the last money, and of another order',
    stage: async (bench) => {
      const stage = await paying(bench, { balanceMinor: 200 });
      const hat = await bench.stocked('hat', 1);
      const orderId = await bench.order(stage.user, [[hat, 1]], 60_000);
      const rival = { ...stage.ask, key: 'other', body: { orderId } };
      return { ...stage, rival, usual: 201, also: ['insufficient-balance'] };
    },
  },
  {
    name: 'a payment of an order that was paid',
    stage: async (bench) => {
      const stage = await paying(bench, {});
      await paid(bench, stage.user, stage.orderId);
      return { ...stage, usual: 'order-already-paid' };
    },
  },
  {
    name: 'a payment of an order that ended',
    stage: async (bench) => ({
      ...(await paying(bench, { endsInMs: -1 })),
      usual: 'order-expired',
    }),
  },
  {
    name: 'a payment of an order that ends meanwhile',
    stage: async (bench) => ({
      ...(await paying(bench, { endsInMs: 300 })),
      usual: 201,
      also: ['order-expired'],
    }),
  },
];

/** The routes that move money, in each way that they can end. */
export const moneyScenarios: readonly Scenario[] = [...charges, ...payments];
