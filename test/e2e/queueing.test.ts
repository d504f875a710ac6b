import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, call, putOnSale } from '../../localstack/shop/client.ts';
import { placeInTicket } from '../../localstack/shop/ticket-place.ts';
import { signToken } from '../../localstack/shop/keys.ts';
import type { Shop } from '../../localstack/shop/open.ts';
import { admin, openTestShop, order, statuses, times, unitsLeft } from './shop.ts';

/** Orders that queue: tickets, waiting, and what the key means, over HTTP and a real broker. */

const WAIT = { Prefer: 'wait=10' };

describe.each(['thin', 'offline'] as const)('queueing behind the harness %s', (harness) => {
  let shop: Shop;
  let ann: string;
  beforeAll(async () => {
    shop = await openTestShop(harness);
    ann = await signToken('ann');
  }, 90_000);
  afterAll(() => shop.stop());

  async function onSale(units: number, strategy = 'kafka-keyed'): Promise<string> {
    const sku = `sku-${randomUUID().slice(0, 13)}`;
    await putOnSale(shop.url, { sku, name: 'A thing', priceMinor: 100, units, strategy });
    return sku;
  }
  const ask = (sku: string, quantity = 1, key?: string, headers?: Record<string, string>) =>
    order(shop.url, ann, [[sku, quantity]], key, headers);
  const ticketOf = (answer: Answer, token = ann) =>
    call(shop.url, `GET /tickets/${String(answer.json['ticket'])}`, { token });

  async function decided(answer: Answer): Promise<Record<string, unknown>> {
    for (let tries = 0; tries < 400; tries += 1) {
      const { json } = await ticketOf(answer);
      if (json['status'] !== 'QUEUED') return json;
      await new Promise((ok) => setTimeout(ok, 50));
    }
    throw new Error('its turn never came');
  }

  it('gives 30 shoppers a ticket, and 20 units to the first 20', async () => {
    const sku = await onSale(20);
    const answers = await Promise.all(times(30, () => ask(sku)));
    expect(statuses(answers)).toEqual({ '202': 30 });
    const [first] = answers;
    expect(first?.headers.get('location')).toBe(`/tickets/${String(first?.json['ticket'])}`);
    expect(first?.headers.get('retry-after')).toBe('1');
    expect(first?.headers.has('idempotent-replayed')).toBe(false);
    const told = await Promise.all(
      answers.map(async (answer) => ({ offset: offsetOf(answer), ...(await decided(answer)) })),
    );
    told.sort((a, b) => a.offset - b.offset);
    expect(told.map((one) => ('order' in one ? 'placed' : 'refused'))).toEqual([
      ...Array<string>(20).fill('placed'),
      ...Array<string>(10).fill('refused'),
    ]);
    const [last] = told.slice(-1);
    expect(last).toMatchObject({ status: 'REJECTED', code: 'insufficient-stock' });
    expect(last).toHaveProperty('shortages', [{ sku, requestedUnits: 1, availableUnits: 0 }]);
    expect(await unitsLeft(shop.url, sku)).toBe(0);
  });

  it('answers with the decision who waits for it, as the other strategies do', async () => {
    const sku = await onSale(1);
    const key = randomUUID();
    const placed = await ask(sku, 1, key, WAIT);
    expect([placed.status, placed.json['status']]).toEqual([201, 'PENDING_PAYMENT']);
    expect(placed.headers.has('idempotent-replayed')).toBe(false);
    const path = placed.headers.get('location') ?? '';
    expect((await call(shop.url, `GET ${path}`, { token: ann })).text).toBe(placed.text);
    const again = await ask(sku, 1, key, WAIT);
    expect([again.status, again.text]).toEqual([201, placed.text]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const short = await ask(sku, 1, undefined, WAIT);
    expect([short.status, short.json['code']]).toEqual([409, 'insufficient-stock']);
  });

  it('makes one order of 20 equal requests that wait', async () => {
    const sku = await onSale(30);
    const key = randomUUID();
    const answers = await Promise.all(times(20, () => ask(sku, 1, key, WAIT)));
    expect(statuses(answers)).toEqual({ '201': 20 });
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const marked = answers.filter(({ headers }) => headers.has('idempotent-replayed'));
    expect(marked.length).toBeGreaterThanOrEqual(19);
    expect(await unitsLeft(shop.url, sku)).toBe(29);
  });

  it('gives a queued key a ticket again, and tells another request under it apart', async () => {
    const sku = await onSale(9);
    const key = randomUUID();
    const [one, other] = [await ask(sku, 1, key), await ask(sku, 2, key)];
    const again = await ask(sku, 1, key);
    for (const { status, json } of [one, other, again]) {
      expect([status === 202 || status === 422, json['orderId'] ?? one.json['orderId']]).toEqual([
        ...[true, one.json['orderId']],
      ]);
    }
    expect(await decided(one)).toMatchObject({ status: 'CONFIRMED' });
    expect(await decided(again)).toMatchObject({ status: 'CONFIRMED' });
    if (other.status === 202) {
      expect(await decided(other)).toMatchObject({
        ...{ status: 'REJECTED', code: 'idempotency-key-reused' },
      });
    }
    const late = [await ask(sku, 2, key), await ask(sku, 2, key, WAIT)];
    for (const answer of late) {
      expect([answer.status, answer.json['code']]).toEqual([422, 'idempotency-key-reused']);
    }
    const decidedAgain = await ask(sku, 1, key);
    expect([decidedAgain.status, decidedAgain.headers.has('idempotent-replayed')]).toEqual([
      ...[202, false],
    ]);
    expect(await unitsLeft(shop.url, sku)).toBe(8);
  });

  it('keeps a rejected order rejected, after a restock and under another strategy', async () => {
    const sku = await onSale(0);
    const key = randomUUID();
    const queued = await ask(sku, 1, key);
    expect(await decided(queued)).toMatchObject({ status: 'REJECTED' });
    const token = await admin();
    await call(shop.url, `POST /admin/products/${sku}/adjustments`, {
      ...{ token, key: randomUUID(), body: { units: 5 } },
    });
    expect((await ask(sku, 1, key, WAIT)).status).toBe(409);
    const { headers } = await call(shop.url, `GET /products/${sku}`);
    await call(shop.url, `PUT /admin/products/${sku}`, {
      ...{ token, body: { name: 'A', priceMinor: 1, strategy: 'conditional-write' } },
      headers: { 'If-Match': headers.get('etag') ?? '' },
    });
    const later = await ask(sku, 1, key);
    expect([later.status, later.json['code']]).toEqual([409, 'insufficient-stock']);
    const { orderId } = queued.json;
    const path = `GET /orders/${String(orderId)}`;
    expect((await call(shop.url, path, { token: ann })).status).toBe(404);
    const paying = { token: ann, key: randomUUID(), body: { orderId } };
    const paid = await call(shop.url, 'POST /payments', paying);
    expect([paid.status, paid.json['code']]).toEqual([404, 'order-not-found']);
    expect(await unitsLeft(shop.url, sku)).toBe(5);
  });

  it('sells at the price of the moment at which the order queued', async () => {
    const sku = await onSale(9);
    expect((await ask(sku, 1, undefined, WAIT)).json['totalMinor']).toBe(100);
    const { headers } = await call(shop.url, `GET /products/${sku}`);
    const changed = await call(shop.url, `PUT /admin/products/${sku}`, {
      ...{ token: await admin(), body: { name: 'A', priceMinor: 250 } },
      headers: { 'If-Match': headers.get('etag') ?? '' },
    });
    expect(changed.status).toBe(200);
    expect((await ask(sku, 2, undefined, WAIT)).json['totalMinor']).toBe(500);
  });

  it('shows a ticket to its owner alone, and none that it did not sign', async () => {
    const sku = await onSale(1);
    const answer = await ask(sku);
    const bob = await signToken('bob');
    const forged = { ...answer, json: { ticket: `${String(answer.json['ticket'])}x` } };
    for (const told of [await ticketOf(answer, bob), await ticketOf(forged)]) {
      expect([told.status, told.json['code']]).toEqual([404, 'ticket-not-found']);
    }
    expect((await ticketOf(answer)).status).toBe(200);
  });

  it('decides an order of several products at once', async () => {
    const skus = [await onSale(1), await onSale(1, 'conditional-write')];
    const lines = skus.map((sku) => [sku, 1] as const);
    expect((await order(shop.url, ann, lines)).status).toBe(201);
    expect((await order(shop.url, ann, lines)).json['shortages']).toHaveLength(2);
  });
});

describe('without a broker', () => {
  let shop: Shop;
  let ann: string;
  beforeAll(async () => {
    shop = await openTestShop('thin', { KAFKA_BROKERS: '127.0.0.1:1' });
    ann = await signToken('ann');
  }, 90_000);
  afterAll(() => shop.stop());

  it('tells the outage, and sells what does not queue', async () => {
    const queues = `sku-${randomUUID().slice(0, 13)}`;
    const sells = `${queues}-b`;
    const thing = { name: 'A', priceMinor: 100, units: 1 };
    await putOnSale(shop.url, { sku: queues, ...thing, strategy: 'kafka-keyed' });
    await putOnSale(shop.url, { sku: sells, ...thing });
    const answer = await order(shop.url, ann, [[queues, 1]]);
    expect([answer.status, answer.json['code']]).toEqual([503, 'unavailable']);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await order(shop.url, ann, [[sells, 1]])).status).toBe(201);
    expect(await unitsLeft(shop.url, queues)).toBe(1);
  });
});

/** Where an order stands in its lane. */
function offsetOf({ json }: Answer): number {
  return placeInTicket(json['ticket'])?.offset ?? NaN;
}
