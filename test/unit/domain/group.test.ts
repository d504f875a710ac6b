import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { holdsFor, planGroup } from '../../../lib/domain/group.ts';
import {
  type CatalogueVersion,
  type KeyToken,
  type OrderId,
  orderIdOf,
  type RequestId,
  type Sku,
  type UserId,
} from '../../../lib/domain/ids.ts';
import type { KeptReply } from '../../../lib/domain/keyed-request.ts';
import { pendingOrder, replyOf } from '../../../lib/domain/order.ts';
import type { Placement, Shelf } from '../../../lib/domain/placement.ts';

const sku = 'a' as Sku;
const version = 'v1' as CatalogueVersion;
const shelf = (availableUnits: number): Shelf => ({
  ...{ sku, name: 'A', priceMinor: 1, strategy: 'conditional-write', catalogueVersion: version },
  availableUnits,
});

interface Asked {
  readonly key: number;
  readonly quantity: number;
  readonly known: boolean;
}

function placement({ key, quantity }: Asked, index: number): Placement {
  const orderId = orderIdOf(String(key).padStart(26, 'a') as KeyToken);
  const lines = [{ sku, quantity }];
  const offers = new Map([[sku, shelf(0)]]);
  const moment = { currency: 'KRW', nowMs: 0, reservationMs: 60_000 };
  return {
    ...{ userId: 'ann' as UserId, requestId: `r${index}` as RequestId },
    fingerprint: String(quantity),
    order: pendingOrder({ orderId, lines, offers, ...moment }),
    versions: new Map([[sku, version]]),
  };
}

/** First come, first served, one after the other: what each is told, and what is left. */
function oracle(asked: readonly Asked[], units: number, known: ReadonlySet<number>) {
  const placed = new Map<number, number>();
  let left = units;
  const told = asked.map(({ key, quantity }) => {
    if (known.has(key)) return 'known';
    const earlier = placed.get(key);
    if (earlier !== undefined) return earlier === quantity ? 'replayed' : 'mismatched';
    if (quantity > left) return 'insufficient';
    left -= quantity;
    placed.set(key, quantity);
    return 'placed';
  });
  return { told, left };
}

const orders = fc.array(
  fc.record({
    key: fc.integer({ min: 0, max: 30 }),
    quantity: fc.integer({ min: 1, max: 9 }),
    known: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40 },
);

function planned(asked: readonly Asked[], units: number) {
  const knownKeys = new Set(
    asked.flatMap(({ key, known }) => (known && key % 5 === 0 ? [key] : [])),
  );
  const placements = asked.map(placement);
  const known = new Map<OrderId, KeptReply>(
    placements.flatMap((one, index) =>
      knownKeys.has(asked[index]?.key ?? -1)
        ? [
            [
              one.order.orderId,
              { ...one, requestId: 'other' as RequestId, reply: replyOf(one.order) },
            ],
          ]
        : [],
    ),
  );
  return { knownKeys, ...planGroup(shelf(units), { sku, placements }, known) };
}

it('decides as first come, first served would, one after the other', () => {
  fc.assert(
    fc.property(orders, fc.integer({ min: 0, max: 120 }), (asked, units) => {
      const { knownKeys, plan, outcomes } = planned(asked, units);
      const { told, left } = oracle(asked, units, knownKeys);
      const kinds = outcomes.map(({ kind }, index) =>
        told[index] === 'known' && (kind === 'replayed' || kind === 'mismatched') ? 'known' : kind,
      );
      expect(kinds).toEqual(told);
      expect(units - (plan?.takenUnits ?? 0)).toBe(left);
    }),
    { numRuns: 2_000 },
  );
});

it('is right for exactly the stocks at which the same orders are accepted and refused', () => {
  fc.assert(
    fc.property(
      orders,
      fc.integer({ min: 0, max: 120 }),
      fc.integer({ min: 0, max: 140 }),
      (asked, units, later) => {
        const { knownKeys, plan } = planned(asked, units);
        if (plan === undefined) return;
        const [then, now] = [oracle(asked, units, knownKeys), oracle(asked, later, knownKeys)];
        const same = JSON.stringify(then.told) === JSON.stringify(now.told);
        expect(holdsFor(plan, shelf(later))).toBe(same);
      },
    ),
    { numRuns: 5_000 },
  );
});
