import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPair, SignJWT } from 'jose';
import { call } from '../../localstack/shop/client.ts';
import { AUDIENCE, ISSUER, signToken } from '../../localstack/shop/keys.ts';
import type { Harness, Shop } from '../../localstack/shop/open.ts';
import { badCases, type Cast } from './bad-input-cases.ts';
import { raw } from './raw.ts';
import { admin, onSale, openTestShop } from './shop.ts';

const SKU = 'SKU';
/** The cases' names need no live shop. */
const namesBehind = (harness: Harness): string[] =>
  badCases({ sku: SKU, etag: '"e"' } as Cast)
    .filter(({ thinOnly }) => harness === 'thin' || thinOnly !== true)
    .map(({ name }) => name);

async function foreignToken(): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256');
  return new SignJWT({})
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject('eve')
    .setExpirationTime('1h')
    .sign(privateKey);
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function unsigned(): string {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const claims = { iss: ISSUER, aud: AUDIENCE, sub: 'eve', exp, scope: 'shop:admin' };
  return `${base64url({ alg: 'none' })}.${base64url(claims)}.`;
}

function tampered(token: string): string {
  const [head = '', , signature = ''] = token.split('.');
  const exp = Math.floor(Date.now() / 1000) + 3600;
  return [head, base64url({ iss: ISSUER, aud: AUDIENCE, sub: 'eve', exp }), signature].join('.');
}

async function castOf(url: string): Promise<Cast> {
  const sku = await onSale(url, 5);
  const user = await signToken('ann');
  const { headers } = await call(url, `GET /products/${sku}`);
  return {
    sku,
    user,
    admin: await admin(),
    expired: await signToken('ann', { seconds: -120 }),
    tampered: tampered(user),
    foreign: await foreignToken(),
    unsigned: unsigned(),
    otherAudience: await signToken('ann', { audience: 'another-shop' }),
    oddSubject: await signToken('ann\u00e9'),
    etag: headers.get('etag') ?? '',
  };
}

describe.each<Harness>(['thin', 'offline'])('bad input behind the harness %s', (harness) => {
  const names = namesBehind(harness);
  let shop: Shop;
  let cast: Cast;
  let cases: ReturnType<typeof badCases>;

  beforeAll(async () => {
    shop = await openTestShop(harness);
    cast = await castOf(shop.url);
    cases = badCases(cast);
  }, 120_000);
  afterAll(() => shop.stop());

  it('has at least 120 cases', () => {
    expect(names.length).toBeGreaterThanOrEqual(120);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(names)('%s', async (name) => {
    const { request, status, code, pointer } = cases.find((one) => one.name === name) ?? {};
    if (request === undefined) throw new Error(`no case ${name}`);

    const answer = await raw(shop.url, request);

    const body = JSON.parse(answer.text) as Record<string, unknown>;
    expect([answer.status, body['code']]).toEqual([status, code]);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ type: `/problems/${code}`, status });
    expect(body['requestId']).toBe(answer.headers['x-request-id']);
    if (code === 'unauthenticated') {
      const remapped = answer.headers['x-amzn-remapped-www-authenticate'];
      expect(answer.headers['www-authenticate'] ?? remapped).toMatch(/^Bearer/);
    }
    if (code === 'method-not-allowed') expect(answer.headers['allow']).toMatch(/^[A-Z, ]+$/);
    if (code === 'invalid-request') {
      const [first] = body['errors'] as { pointer: string; detail: string }[];
      expect(first).toEqual({ pointer: expect.any(String), detail: expect.stringMatching(/./) });
      if (pointer !== undefined) expect(first?.pointer).toBe(pointer);
    }

    const after = await call(shop.url, `GET /products/${cast.sku}`);
    expect([after.json['availableUnits'], after.headers.get('etag')]).toEqual([5, cast.etag]);
    const balance = await call(shop.url, 'GET /balance', { token: cast.user });
    expect(balance.json['version']).toBe(0);
    const cart = await call(shop.url, 'GET /cart', { token: cast.user });
    expect(cart.json).toEqual({ items: [] });
  });
});
