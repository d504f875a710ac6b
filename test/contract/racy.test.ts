import { describe, expect, it } from '@jest/globals';
import { memoryShop } from '../../lib/adapters/memory/shop.ts';
import type { Stock } from '../../lib/ports/stock.ts';
import { brokenPromises, type Ports } from './bench-shop.ts';
import { storeContract } from './store-contract.ts';

const pause = () => new Promise<void>((ok) => setImmediate(ok));

const altered = (alter: (stock: Stock, ports: Ports) => Partial<Stock>) => (): Ports => {
  const ports = memoryShop();
  return { ...ports, stock: { ...ports.stock, ...alter(ports.stock, ports) } };
};

/** Asks whether there is enough, waits, and takes: what every naive shop does. */
const racy = altered((stock, { catalogue }) => ({
  place: async (placement) => {
    const skus = placement.order.lines.map(({ sku }) => sku);
    const seen = await catalogue.find(skus);
    const enough = placement.order.lines.every(({ sku, quantity }) =>
      seen.some((product) => product.sku === sku && product.availableUnits >= quantity),
    );
    await pause();
    if (!enough) return stock.place(placement);
    // Takes without looking again: as if the shelf still held what was seen.
    for (const { sku, quantity } of placement.order.lines) {
      await stock.adjust({
        adjustmentId: `adj_${Math.random()}` as never,
        requestId: placement.requestId,
        fingerprint: '',
        sku,
        units: quantity,
        at: '',
      });
    }
    return stock.place(placement);
  },
}));

const neverSelling = altered(() => ({
  place: async ({ order }) => ({
    kind: 'insufficient',
    shortages: order.lines.map(({ sku, quantity }) => ({
      sku,
      requestedUnits: quantity,
      availableUnits: 0,
    })),
  }),
}));

const releasingTwice = altered((stock) => ({
  releaseMany: async (orders, nowMs) => {
    const outcome = await stock.releaseMany(orders, nowMs);
    for (const { orderId, lines } of orders) {
      for (const { sku, quantity } of lines) {
        const adjustmentId = `adj_${orderId}${Math.random()}` as never;
        const of = { adjustmentId, requestId: '' as never, fingerprint: '', at: '' };
        await stock.adjust({ ...of, sku, units: quantity });
      }
    }
    return outcome;
  },
}));

const forgettingKeys = altered((stock) => ({
  place: (placement) => {
    const fresh = `ord_${Math.random().toString(32).slice(2).padEnd(26, 'a')}` as never;
    return stock.place({ ...placement, order: { ...placement.order, orderId: fresh } });
  },
}));

const fingerprintBlind = altered((stock) => ({
  place: (placement) => stock.place({ ...placement, fingerprint: 'same' }),
}));

const priceBlind = altered((stock, { catalogue }) => ({
  place: async (placement) => {
    const products = await catalogue.find(placement.order.lines.map(({ sku }) => sku));
    const versions = new Map(products.map(({ sku, catalogueVersion }) => [sku, catalogueVersion]));
    return stock.place({ ...placement, versions });
  },
}));

describe('the contract suite bites', () => {
  it.each([
    ['reads, waits and then takes', racy, 'sells out, and never oversells'],
    ['never sells', neverSelling, 'sells out, and never oversells'],
    ['gives expired units back twice', releasingTwice, 'gives an expired order back once'],
    ['draws a new id for each try', forgettingKeys, 'knows its own success'],
    ['ignores what a key was used for', fingerprintBlind, 'refuses a key that comes back'],
    ['takes units at whatever price', priceBlind, 'sells at the price in force'],
  ])('a store that %s breaks the promise meant for it', async (_name, make, promise) => {
    expect(await brokenPromises(storeContract, make)).toContainEqual(
      expect.stringContaining(promise),
    );
  });

  it('and the store that it was made from keeps it', async () => {
    expect(await brokenPromises(storeContract, memoryShop)).toEqual([]);
  });
});
