import type { Fence } from '../domain/ids.ts';
import { persist } from '../domain/patience.ts';
import { onlyLine, overturnable } from '../domain/placement.ts';
import type { Lock } from '../ports/lock.ts';
import type { Stock } from '../ports/stock.ts';
import type { Strategy } from '../ports/strategy.ts';

/** Room for two calls to a store that is slow: the lock is not renewed. */
const LEASE_MS = 2_500;

/**
 * Waits for the product's lock, then tries once under its fence, and hands the lock on.
 *
 * A fence that the store finds too old (the lock was lost, or its server forgot how far it had
 * counted) is learned, and the lock taken again.
 */
export const locked =
  (stock: Pick<Stock, 'place'>, lock: Lock): Strategy =>
  async (placement, patience) => {
    const line = onlyLine(placement);
    let fenceAbove: Fence | undefined;
    do {
      const options = { leaseMs: LEASE_MS, waitMsMax: patience.leftMs, fenceAbove };
      const held = await lock.hold(line.sku, options, (fence) =>
        persist(() => stock.place(placement, { kind: 'fence', fence }), patience, overturnable),
      );
      if (held.kind === 'busy') break;
      if (held.value.kind !== 'superseded') return held.value;
      fenceAbove = held.value.fence;
    } while (!patience.exhausted);
    return { kind: 'contended' };
  };
