import { describe, expect, it } from '@jest/globals';
import { memoryShop } from '../../../lib/adapters/memory/shop.ts';
import type { Sku } from '../../../lib/domain/ids.ts';
import type { Orders } from '../../../lib/ports/orders.ts';
import type { Stock } from '../../../lib/ports/stock.ts';
import { BenchShop, RESERVATION_MS } from '../../contract/bench-shop.ts';

/** Shops whose stock or order port does something at the worst moment. */
function shopWith(alter: {
  stock?: (stock: Stock) => Partial<Stock>;
  orders?: (orders: Orders) => Partial<Orders>;
}): BenchShop {
  const ports = memoryShop();
  return new BenchShop({
    ...ports,
    stock: { ...ports.stock, ...alter.stock?.(ports.stock) },
    orders: { ...ports.orders, ...alter.orders?.(ports.orders) },
  });
}

const marks = async (shop: BenchShop, sku: Sku) => {
  const outcome = await shop.place([[sku, 99]]);
  return outcome.kind === 'insufficient' ? outcome.shortages[0]?.holdsExpireFrom : outcome.kind;
};

describe('an order that finds a shortage', () => {
  it('is not refused while a release stays contended, and strands no unit', async () => {
    let busy = true;
    const shop = shopWith({
      stock: (stock) => ({
        releaseMany: async (...args) => {
          if (!busy) return stock.releaseMany(...args);
          shop.nowMs += 1_000;
          return { kind: 'contended' };
        },
      }),
    });
    const sku = await shop.stocked('a', 1);
    await shop.place([[sku, 1]]);
    shop.nowMs += RESERVATION_MS;

    expect((await shop.place([[sku, 1]])).kind).toBe('contended');

    busy = false;
    expect((await shop.place([[sku, 1]])).kind).toBe('placed');
  });

  it('looks for the holds of each product that runs short, one after the other too', async () => {
    const [a, b] = ['', ''] as Sku[];
    const skus = { a, b };
    let emptied = false;
    const shop = shopWith({
      orders: (orders) => ({
        // While the holds of A are searched, somebody else takes what was free of B.
        expiredHolds: async (asked, nowMs) => {
          const found = await orders.expiredHolds(asked, nowMs);
          if (!emptied && skus.b !== undefined) {
            emptied = true;
            await shop.adjust(skus.b, -1);
          }
          return found;
        },
      }),
    });
    skus.a = await shop.stocked('a', 1);
    skus.b = await shop.stocked('b', 1);
    await shop.place([[skus.a, 1]]);
    await shop.place([[skus.b, 1]]);
    await shop.adjust(skus.b, 1);
    shop.nowMs += RESERVATION_MS;

    const outcome = await shop.place([
      [skus.a, 1],
      [skus.b, 1],
    ]);

    expect(outcome.kind).toBe('placed');
  });

  it('costs no search while no hold can have ended', async () => {
    let searches = 0;
    const shop = shopWith({
      orders: (orders) => ({
        expiredHolds: async (...args) => {
          searches += 1;
          return orders.expiredHolds(...args);
        },
      }),
    });
    const sku = await shop.stocked('a', 1);
    expect((await shop.place([[sku, 2]])).kind).toBe('insufficient');
    await shop.place([[sku, 1]]);
    expect((await shop.place([[sku, 1]])).kind).toBe('insufficient');
    expect(searches).toBe(0);

    shop.nowMs += RESERVATION_MS;
    expect((await shop.place([[sku, 2]])).kind).toBe('insufficient');
    expect(searches).toBe(1);
    expect((await shop.place([[sku, 2]])).kind).toBe('insufficient');
    expect(searches).toBe(1);
    expect(await marks(shop, sku)).toBe(
      new Date(shop.nowMs + RESERVATION_MS - 30_000).toISOString(),
    );
  });

  it('is refused only by a shortage seen after the last search', async () => {
    // Another request releases the hold between this one's shortage and its search.
    const shop = shopWith({
      orders: (orders) => ({
        expiredHolds: async (skus, nowMs) => {
          const { orders: held } = await orders.expiredHolds(skus, nowMs);
          await shop.ports.stock.releaseMany(held, nowMs);
          return { orders: [], complete: true };
        },
      }),
    });
    const sku = await shop.stocked('a', 1);
    await shop.place([[sku, 1]]);
    shop.nowMs += RESERVATION_MS;
    expect((await shop.place([[sku, 1]])).kind).toBe('placed');
  });
});
