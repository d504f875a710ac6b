import { randomUUID } from 'node:crypto';
import { type Harness, openShop, type Shop } from '../../localstack/shop/open.ts';
import type { Cost } from '../../lib/ports/cost.ts';
import { type Answer, call, putOnSale } from '../../localstack/shop/client.ts';
import { signToken } from '../../localstack/shop/keys.ts';
import { DYNAMODB_CALL_MS_MAX } from '../database.ts';

/** A shop of a test file's own, on the engines that all files share. */
export async function openTestShop(
  harness: Harness = 'thin',
  settings: Readonly<Record<string, string>> = {},
  prefix = `e2e-${randomUUID()}-`,
  { streams = false, bridge = true }: { streams?: boolean; bridge?: boolean } = {},
): Promise<Shop> {
  const patient = { DYNAMODB_CALL_MS_MAX: String(DYNAMODB_CALL_MS_MAX) };
  const env = { ...engineEnv(), LOG_LEVEL: 'WARN', ...patient, ...settings };
  return openShop({ harness, env, tablePrefix: prefix, topicPrefix: prefix, streams, bridge });
}

function engineEnv() {
  const names = ['DYNAMODB_ENDPOINT', 'REDIS_URL', 'KAFKA_BROKERS'] as const;
  const [DYNAMODB_ENDPOINT = '', REDIS_URL = '', KAFKA_BROKERS = ''] = names.map(
    (name) => process.env[name],
  );
  return { DYNAMODB_ENDPOINT, REDIS_URL, KAFKA_BROKERS };
}

export const admin = (): Promise<string> => signToken('test-admin', { admin: true });

/** A new product with so many units. */
export async function onSale(url: string, units: number, priceMinor = 100): Promise<string> {
  const sku = `sku-${randomUUID().slice(0, 13)}`;
  await putOnSale(url, { sku, name: 'A thing', priceMinor, units });
  return sku;
}

export const order = (
  url: string,
  token: string,
  lines: readonly (readonly [string, number])[],
  key: string = randomUUID(),
  headers: Readonly<Record<string, string>> = {},
) =>
  call(url, 'POST /orders', {
    token,
    key,
    headers,
    body: { lines: lines.map(([sku, quantity]) => ({ sku, quantity })) },
  });

export async function unitsLeft(url: string, sku: string): Promise<unknown> {
  return (await call(url, `GET /products/${sku}`)).json['availableUnits'];
}

/** How many answers there are of each status and code. */
export function statuses(answers: readonly { status: number; json: Record<string, unknown> }[]) {
  const counts: Record<string, number> = {};
  for (const { status, json } of answers) {
    const code = typeof json['code'] === 'string' ? ` ${json['code']}` : '';
    counts[`${status}${code}`] = (counts[`${status}${code}`] ?? 0) + 1;
  }
  return counts;
}

/** What `X-Cost` says of a request. */
export const costOf = ({ headers }: Answer) =>
  JSON.parse(headers.get('x-cost') ?? '{}') as Partial<Cost>;

export const times = <T>(n: number, make: (i: number) => T): T[] =>
  Array.from({ length: n }, (_, i) => make(i));
