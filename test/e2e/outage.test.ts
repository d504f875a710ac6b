import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Engines, startEngines } from '../../localstack/engines/index.ts';
import { call } from '../../localstack/shop/client.ts';
import { signToken } from '../../localstack/shop/keys.ts';
import { openShop, type Shop } from '../../localstack/shop/open.ts';
import { onSale, order, unitsLeft } from './shop.ts';
import { frozen } from '../frozen.ts';

/** A database of this file's own, to be frozen. */

const OUTAGE_MS_MAX = 3_000;

let engines: Engines<'dynamodb'>;
let shop: Shop;
let ann: string;
beforeAll(async () => {
  // The other engines stay away: Redis and Kafka are not asked here, only found missing.
  const given = process.env['DYNAMODB_ENDPOINT'];
  delete process.env['DYNAMODB_ENDPOINT'];
  engines = await startEngines({ only: ['dynamodb'], reuse: false, label: 'outage-test' });
  if (given !== undefined) process.env['DYNAMODB_ENDPOINT'] = given;
  const nobody = { REDIS_URL: 'redis://127.0.0.1:1', KAFKA_BROKERS: '127.0.0.1:1' };
  shop = await openShop({ harness: 'thin', env: { ...engines.env, ...nobody, LOG_LEVEL: 'WARN' } });
  ann = await signToken('ann');
});
afterAll(async () => {
  await shop.stop();
  await engines.stop();
});

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const startMs = performance.now();
  const result = await work();
  return { result, ms: performance.now() - startMs };
}

it('tells an outage within 3 s, loses nothing, and works again', async () => {
  const sku = await onSale(shop.url, 5);
  const keys = Array.from({ length: 150 }, () => randomUUID());

  const answers = await frozen(engines, () =>
    Promise.all(keys.map((key) => timed(() => order(shop.url, ann, [[sku, 1]], key)))),
  );

  for (const { result, ms } of answers) {
    expect([result.status, result.json['code']]).toEqual([503, 'unavailable']);
    expect(result.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(ms).toBeLessThan(OUTAGE_MS_MAX);
  }
  // The same keys settle what may or may not have happened: 5 of them, each once.
  const settled = await Promise.all(keys.map((key) => order(shop.url, ann, [[sku, 1]], key)));
  expect(settled.map(({ status }) => status).sort()).toEqual([
    ...Array<number>(5).fill(201),
    ...Array<number>(145).fill(409),
  ]);
  expect(await unitsLeft(shop.url, sku)).toBe(0);
});

it('tells reads of an outage too', async () => {
  const { result, ms } = await frozen(engines, () =>
    timed(() => call(shop.url, 'GET /products/none')),
  );
  expect([result.status, result.json['code']]).toEqual([503, 'unavailable']);
  expect(ms).toBeLessThan(OUTAGE_MS_MAX);
});

it('is degraded without Redis and Kafka, and down without the database', async () => {
  const degraded = await call(shop.url, 'GET /health');
  expect([degraded.status, degraded.json]).toEqual([
    200,
    { status: 'degraded', engines: { dynamodb: 'ok', redis: 'down', kafka: 'down' } },
  ]);
  const { result, ms } = await frozen(engines, () => timed(() => call(shop.url, 'GET /health')));
  expect([result.status, result.json['status']]).toEqual([503, 'down']);
  expect(ms).toBeLessThan(OUTAGE_MS_MAX);
});
