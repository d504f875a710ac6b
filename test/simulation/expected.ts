import type { Coverage } from './coverage.ts';

/**
 * How often each thing must at least be met in so many seeds. Each is met several times as often: a
 * run that falls below has lost its way there, and would prove nothing about it.
 */
export const expected: { readonly seeds: number; readonly met: Coverage } = {
  seeds: 20_000,
  met: {
    'fault refused': 1_000,
    'fault contended': 1_000,
    'fault requestLost': 1_000,
    'fault late': 1_000,
    'fault replyLost': 1_000,
    'fault crash': 1_000,
    'fault frozen': 1_000,
    'fault clockJump': 1_000,
    'fault answerLost': 1_000,
    'placeOrder 201 done': 5_000,
    'placeOrder 201 replayed': 5_000,
    'placeOrder 409 insufficient-stock': 5_000,
    'placeOrder 422 idempotency-key-reused': 1_000,
    'placeOrder 503 contended': 500,
    'placeOrder 503 unavailable': 1_000,
    'payOrder 201 done': 1_000,
    'payOrder 201 replayed': 1_000,
    'payOrder 402 insufficient-balance': 1_000,
    'payOrder 404 order-not-found': 1_000,
    'payOrder 409 order-already-paid': 1_000,
    'payOrder 409 order-expired': 1_000,
    'payOrder 503 unavailable': 300,
    'chargeBalance 201 done': 1_000,
    'chargeBalance 201 replayed': 1_000,
    'chargeBalance 409 balance-limit': 500,
    'chargeBalance 409 provider-ref-used': 1_000,
    'chargeBalance 422 idempotency-key-reused': 500,
    'adjustStock 201 done': 1_000,
    'adjustStock 201 replayed': 1_000,
    'adjustStock 409 insufficient-stock': 500,
    'stock.place repriced': 500,
    'stock.place outdated': 200,
    'stock.releaseMany released': 1_000,
    'stock.releaseMany ended': 100,
    'ledger.charge contended': 200,
    'ledger.pay contended': 200,
  },
};

/** What was met too seldom, for so many seeds. */
export const rareIn = (coverage: Coverage, seeds: number): string[] =>
  Object.entries(expected.met).flatMap(([what, times]) => {
    const min = Math.floor((times * seeds) / expected.seeds);
    const met = coverage[what] ?? 0;
    return met < min ? [`${what}: ${met} of ${min}`] : [];
  });
