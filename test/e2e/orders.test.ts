import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call } from '../../localstack/shop/client.ts';
import { signToken } from '../../localstack/shop/keys.ts';
import type { Harness, Shop } from '../../localstack/shop/open.ts';
import { admin, costOf, onSale, openTestShop, order, statuses, times, unitsLeft } from './shop.ts';

describe.each<Harness>(['thin', 'offline', 'workers'])(
  'orders behind the harness %s',
  (harness) => {
    let shop: Shop;
    let ann: string;

    beforeAll(async () => {
      shop = await openTestShop(harness);
      ann = await signToken('ann');
    }, 120_000);
    afterAll(() => shop.stop());

    it('shows an order as contract.md does, and again under its Location', async () => {
      const [a, b] = [await onSale(shop.url, 5, 1_000), await onSale(shop.url, 5, 30)];
      const lines = [
        [a, 2],
        [b, 1],
        [a, 1],
      ] as const;

      const placed = await order(shop.url, ann, lines);

      expect(placed.status).toBe(201);
      const { orderId, createdAt, expiresAt } = placed.json;
      expect(orderId).toMatch(/^ord_[a-z2-7]{26}$/);
      expect(Date.parse(String(expiresAt)) - Date.parse(String(createdAt))).toBe(600_000);
      const sorted = [
        { sku: a, name: 'A thing', quantity: 3, unitPriceMinor: 1_000 },
        { sku: b, name: 'A thing', quantity: 1, unitPriceMinor: 30 },
      ].sort((x, y) => (x.sku < y.sku ? -1 : 1));
      expect(placed.json).toEqual({
        orderId,
        status: 'PENDING_PAYMENT',
        lines: sorted,
        totalMinor: 3_030,
        currency: 'KRW',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        expiresAt,
      });
      expect(placed.headers.get('location')).toBe(`/orders/${String(orderId)}`);
      expect(placed.headers.has('idempotent-replayed')).toBe(false);
      const read = await call(shop.url, `GET /orders/${String(orderId)}`, { token: ann });
      expect([read.status, read.json]).toEqual([200, placed.json]);
      expect([await unitsLeft(shop.url, a), await unitsLeft(shop.url, b)]).toEqual([2, 4]);
    });

    it("answers another user's order exactly like one that does not exist", async () => {
      const sku = await onSale(shop.url, 1);
      const { json } = await order(shop.url, ann, [[sku, 1]]);
      const bob = await signToken('bob');
      const theirs = await call(shop.url, `GET /orders/${String(json['orderId'])}`, { token: bob });
      const none = await call(shop.url, `GET /orders/ord_${'a'.repeat(26)}`, { token: bob });
      const but = (json: Record<string, unknown>) => ({ ...json, requestId: '' });
      expect([theirs.status, but(theirs.json)]).toEqual([404, but(none.json)]);
    });

    it('makes one order of 50 equal requests at once: equal bytes, 49 marked as replayed', async () => {
      const sku = await onSale(shop.url, 60);
      const key = randomUUID();
      const n = harness === 'workers' ? 10 : 50;

      const answers = await Promise.all(times(n, () => order(shop.url, ann, [[sku, 1]], key)));

      expect(statuses(answers)).toEqual({ '201': n });
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      const replayed = answers.filter((a) => a.headers.get('idempotent-replayed') === 'true');
      expect(replayed).toHaveLength(n - 1);
      expect(new Set(answers.map((a) => a.headers.get('location'))).size).toBe(1);
      expect(await unitsLeft(shop.url, sku)).toBe(59);
    });

    it('sells 20 units to 30 shoppers, exactly', async () => {
      const sku = await onSale(shop.url, 20);
      const tokens = await Promise.all(times(30, (i) => signToken(`shopper-${i}`)));

      const answers = await Promise.all(tokens.map((token) => order(shop.url, token, [[sku, 1]])));

      expect(statuses(answers)).toEqual({ '201': 20, '409 insufficient-stock': 10 });
      expect(await unitsLeft(shop.url, sku)).toBe(0);
      const refused = answers.find(({ status }) => status === 409);
      expect(refused?.json['shortages']).toEqual([{ sku, requestedUnits: 1, availableUnits: 0 }]);
    });

    it('costs one request while the product is remembered and two when not, and 6 write units', async () => {
      const sku = await onSale(shop.url, 9);
      const first = costOf(await order(shop.url, ann, [[sku, 1]]));
      const second = costOf(await order(shop.url, ann, [[sku, 1]]));
      expect(first).toMatchObject({ requests: 2, writeUnits: 6 });
      expect(second.writeUnits).toBe(6);
      // A worker may be another container, which does not remember.
      if (harness !== 'workers') expect(second.requests).toBe(1);
    });

    it('takes a percent-encoded path for what it means', async () => {
      const sku = await onSale(shop.url, 3);
      const encoded = sku.replace('s', '%73');
      expect((await call(shop.url, `GET /products/${encoded}`)).json['sku']).toBe(sku);
      const [token, key, body] = [await admin(), randomUUID(), { units: 1 }];
      const adjust = (path: string) =>
        call(shop.url, `POST /admin/products/${path}/adjustments`, { token, key, body });
      const [first, again] = [await adjust(sku), await adjust(encoded)];
      expect([again.status, again.text]).toEqual([201, first.text]);
    });

    it('adjusts stock once per key and shows what is there', async () => {
      const sku = await onSale(shop.url, 0);
      const [token, key] = [await admin(), randomUUID()];
      const adjust = (units: number) =>
        call(shop.url, `POST /admin/products/${sku}/adjustments`, { token, key, body: { units } });

      const [first, again] = [await adjust(4), await adjust(4)];

      expect(first.json).toEqual({
        adjustmentId: expect.stringMatching(/^adj_[a-z2-7]{26}$/),
        sku,
        units: 4,
        availableUnits: 4,
        at: expect.any(String),
      });
      expect([again.status, again.text]).toEqual([201, first.text]);
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect((await adjust(5)).status).toBe(422);
    });

    it('creates and changes a product under its ETag, which a sale does not change', async () => {
      const sku = `sku-${randomUUID().slice(0, 13)}`;
      const token = await admin();
      const put = (body: object, headers: Record<string, string> = {}) =>
        call(shop.url, `PUT /admin/products/${sku}`, { token, body, headers });

      const created = await put({ name: 'Hat', priceMinor: 7.0 });
      expect([created.status, created.json]).toEqual([
        201,
        {
          sku,
          name: 'Hat',
          priceMinor: 7,
          currency: 'KRW',
          availableUnits: 0,
          strategy: 'conditional-write',
        },
      ]);
      const etag = created.headers.get('etag') ?? '';
      const key = randomUUID();
      await call(shop.url, `POST /admin/products/${sku}/adjustments`, {
        token,
        key,
        body: { units: 1 },
      });
      await order(shop.url, ann, [[sku, 1]]);
      const read = await call(shop.url, `GET /products/${sku}`);
      expect([read.headers.get('etag'), read.json]).toEqual([
        etag,
        { sku, name: 'Hat', priceMinor: 7, currency: 'KRW', availableUnits: 0 },
      ]);
      const changed = await put({ name: 'Cap', priceMinor: 8 }, { 'If-Match': etag });
      expect([changed.status, changed.json['name']]).toEqual([200, 'Cap']);
      expect(changed.headers.get('etag')).not.toBe(etag);
      expect((await put({ name: 'x', priceMinor: 1 }, { 'If-Match': etag })).status).toBe(412);
    });
  },
);
