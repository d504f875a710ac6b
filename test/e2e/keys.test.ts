import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { call } from '../../localstack/shop/client.ts';
import { signToken } from '../../localstack/shop/keys.ts';
import type { Shop } from '../../localstack/shop/open.ts';
import { admin, onSale, openTestShop, order, unitsLeft } from './shop.ts';

/** The Idempotency-Key table of contract.md, row by row. */

let shop: Shop;
let ann: string;
beforeAll(async () => {
  shop = await openTestShop();
  ann = await signToken('ann');
}, 60_000);
afterAll(() => shop.stop());

const post = (key: string, body: string, token = ann) =>
  call(shop.url, 'POST /orders', { token, key, body });

it('reads both forms of the draft alike', async () => {
  const sku = await onSale(shop.url, 9);
  const body = JSON.stringify({ lines: [{ sku, quantity: 1 }] });
  const key = `k "${randomUUID()}" \\`;
  const quoted = `"${key.replace(/["\\]/g, '\\$&')}"`;
  const [plain, string] = [await post(key, body), await post(quoted, body)];
  expect([string.status, string.text]).toEqual([201, plain.text]);
  expect(string.headers.get('idempotent-replayed')).toBe('true');
});

it('takes keys of 1 and of 255 characters', async () => {
  const sku = await onSale(shop.url, 9);
  const body = JSON.stringify({ lines: [{ sku, quantity: 1 }] });
  const user = await signToken(randomUUID());
  const longest = 'k'.repeat(255);
  for (const key of ['k', longest]) expect((await post(key, body, user)).status).toBe(201);
  expect((await post(`"${longest}"`, body, user)).headers.get('idempotent-replayed')).toBe('true');
});

it('compares requests by value: order of keys, white space and spelling do not matter', async () => {
  const sku = await onSale(shop.url, 9);
  const key = randomUUID();
  const first = await post(key, `{"lines":[{"sku":"${sku}","quantity":2}]}`);
  for (const same of [
    `{ "lines": [ {"quantity": 2.0, "sku": "${sku}"} ] }`,
    `{"lines":[{"quantity":0.2e1,"sku":"${sku.replace('s', '\\u0073')}"}]}`,
  ]) {
    const again = await post(key, same);
    expect([again.status, again.text]).toEqual([201, first.text]);
  }
  for (const other of [
    `{"lines":[{"sku":"${sku}","quantity":1}]}`,
    `{"lines":[{"sku":"${sku}","quantity":1},{"sku":"${sku}","quantity":1}]}`,
  ]) {
    const refused = await post(key, other);
    expect([refused.status, refused.json['code']]).toEqual([422, 'idempotency-key-reused']);
  }
  expect(await unitsLeft(shop.url, sku)).toBe(7);
});

it('keeps users and routes apart', async () => {
  const [a, b] = [await onSale(shop.url, 9), await onSale(shop.url, 9)];
  const key = randomUUID();
  const body = JSON.stringify({ lines: [{ sku: a, quantity: 1 }] });
  const bob = await signToken('bob');
  const [anns, bobs] = [await post(key, body), await post(key, body, bob)];
  expect(bobs.status).toBe(201);
  expect(bobs.json['orderId']).not.toBe(anns.json['orderId']);
  const token = await admin();
  const adjust = (sku: string) =>
    call(shop.url, `POST /admin/products/${sku}/adjustments`, { token, key, body: { units: 1 } });
  const [onA, onB] = [await adjust(a), await adjust(b)];
  expect([onA.status, onB.status]).toEqual([201, 201]);
  expect(onB.headers.has('idempotent-replayed')).toBe(false);
});

it('leaves the key free after a refusal', async () => {
  const sku = await onSale(shop.url, 0);
  const key = randomUUID();
  expect((await order(shop.url, ann, [[sku, 1]], key)).status).toBe(409);
  const token = await admin();
  await call(shop.url, `POST /admin/products/${sku}/adjustments`, {
    token,
    key: randomUUID(),
    body: { units: 3 },
  });
  // Free also for another request: nothing had happened.
  expect((await order(shop.url, ann, [[sku, 2]], key)).status).toBe(201);
  expect((await order(shop.url, ann, [[sku, 1]], key)).status).toBe(422);
});

it('tells a reused key before an unknown SKU, and an unknown SKU leaves the key free', async () => {
  const sku = await onSale(shop.url, 3);
  const key = randomUUID();
  expect((await order(shop.url, ann, [['nowhere', 1]], key)).status).toBe(404);
  expect((await order(shop.url, ann, [[sku, 1]], key)).status).toBe(201);
  expect((await order(shop.url, ann, [['nowhere', 1]], key)).status).toBe(422);
});

it('replays a snapshot, whatever came later', async () => {
  const sku = await onSale(shop.url, 1);
  const key = randomUUID();
  const first = await order(shop.url, ann, [[sku, 1]], key);
  const token = await admin();
  const { headers } = await call(shop.url, `GET /products/${sku}`);
  const ifMatch = { 'If-Match': headers.get('etag') ?? '' };
  const body = { name: 'Renamed', priceMinor: 5 };
  await call(shop.url, `PUT /admin/products/${sku}`, { token, body, headers: ifMatch });
  const again = await order(shop.url, ann, [[sku, 1]], key);
  expect([again.status, again.text]).toEqual([201, first.text]);
});
