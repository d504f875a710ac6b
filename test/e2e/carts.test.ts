import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, call } from '../../localstack/shop/client.ts';
import { signToken } from '../../localstack/shop/keys.ts';
import type { Harness, Shop } from '../../localstack/shop/open.ts';
import { costOf, onSale, openTestShop, statuses, times } from './shop.ts';

describe.each<Harness>(['thin', 'offline', 'workers'])('carts behind the harness %s', (harness) => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openTestShop(harness);
  }, 120_000);
  afterAll(() => shop.stop());

  async function customer() {
    const token = await signToken(`user-${randomUUID()}`);
    return {
      put: (sku: string, quantity: unknown) =>
        call(shop.url, `PUT /cart/items/${sku}`, { token, body: { quantity } }),
      remove: (sku: string) => call(shop.url, `DELETE /cart/items/${sku}`, { token }),
      cart: async () => {
        const { status, json } = await call(shop.url, 'GET /cart', { token });
        expect([status, Object.keys(json)]).toEqual([200, ['items']]);
        return json['items'];
      },
    };
  }

  it('holds what was put, in the order in which it came in, for its user alone', async () => {
    const [ann, bob] = [await customer(), await customer()];
    const [first, second] = [await onSale(shop.url, 1), await onSale(shop.url, 0)];
    expect(await ann.cart()).toEqual([]);
    const put = await ann.put(first, 2);
    expect([put.status, put.json]).toEqual([200, { sku: first, quantity: 2 }]);
    expect((await ann.put(second, 99.0)).status).toBe(200);
    await bob.put(second, 1);
    expect((await ann.put(first, 7)).json).toEqual({ sku: first, quantity: 7 });
    expect(await ann.cart()).toEqual([
      { sku: first, quantity: 7 },
      { sku: second, quantity: 99 },
    ]);
    expect(await bob.cart()).toEqual([{ sku: second, quantity: 1 }]);
  });

  it('lets go of an item, as often as it is asked to, and of one that never was', async () => {
    const ann = await customer();
    const sku = await onSale(shop.url, 1);
    await ann.put(sku, 1);
    for (const gone of [sku, sku, 'unknown-1', 'a.b', 'top', 'a%2Fb']) {
      const { status, text, headers } = await ann.remove(gone);
      expect([gone, status, text]).toEqual([gone, 204, '']);
      expect(headers.get('x-request-id')).toMatch(/./);
      // The emulator adds one by itself.
      if (harness === 'thin') expect(headers.get('content-type')).toBeNull();
    }
    expect(await ann.cart()).toEqual([]);
  });

  it('finds an item under its SKU percent-encoded, and its quantity however written', async () => {
    const ann = await customer();
    const sku = await onSale(shop.url, 1);
    const encoded = sku.replace('-', '%2D');
    const token = await signToken('cara');
    const put = {
      token,
      body: '{"quantity":1.0e1}',
      headers: { 'Content-Type': 'application/json' },
    };
    const told = await call(shop.url, `PUT /cart/items/${encoded}`, put);
    expect([told.status, told.json]).toEqual([200, { sku, quantity: 10 }]);
    await ann.put(sku, 1);
    expect((await ann.remove(encoded)).status).toBe(204);
    expect(await ann.cart()).toEqual([]);
  });

  it('takes 100 products, and no more when they come at once', async () => {
    const ann = await customer();
    const skus: string[] = [];
    for (let i = 0; i < 104; i += 1) skus.push(await onSale(shop.url, 0));
    // In a worker of its own each, so many at once would be another test.
    const crowd = harness === 'workers' ? 4 : 104;
    const told: Answer[] = [];
    for (let i = 0; i < skus.length; i += crowd) {
      told.push(...(await Promise.all(skus.slice(i, i + crowd).map((sku) => ann.put(sku, 1)))));
    }
    expect(statuses(told)).toEqual({ '200': 100, '409 cart-full': 4 });
    const items = (await ann.cart()) as { sku: string }[];
    const inside = skus.filter((_, i) => told[i]?.status === 200);
    expect(new Set(items.map(({ sku }) => sku))).toEqual(new Set(inside));
    const [held = ''] = inside;
    expect((await ann.put(held, 9)).status).toBe(200);
    await ann.remove(held);
    expect((await ann.put(held, 1)).status).toBe(200);
  }, 120_000);

  it('ends with one of the quantities when one item is put many times at once', async () => {
    const ann = await customer();
    const sku = await onSale(shop.url, 1);
    const told = await Promise.all(times(8, (i) => ann.put(sku, i + 1)));
    expect(statuses(told)).toEqual({ '200': 8 });
    const [item, ...more] = (await ann.cart()) as { sku: string; quantity: number }[];
    expect(more).toEqual([]);
    expect(times(8, (i) => i + 1)).toContain(item?.quantity);
  });

  it('writes one unit to put and one to remove, and one more for a first item', async () => {
    const ann = await customer();
    const [sku, other] = [await onSale(shop.url, 1), await onSale(shop.url, 1)];
    expect(costOf(await ann.put(other, 1))).toMatchObject({ writeUnits: 2, readUnits: 1 });
    await ann.put(sku, 1);
    const costs = [await ann.put(sku, 2), await ann.remove(sku), await ann.remove(sku)].map(costOf);
    const once = { requests: 1, writeUnits: 1, readUnits: 0, itemWrites: { carts: 1 } };
    // In a worker that has not met the product, it is read once more.
    if (harness === 'workers') costs.shift();
    for (const cost of costs) expect(cost).toMatchObject(once);
  });
});
