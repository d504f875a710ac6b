import { beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { tokenVerifier, type VerifyToken } from '../../../lib/http/tokens.ts';

const nowMs = Date.parse('2026-01-01T00:00:00Z');
const nowSeconds = nowMs / 1000;
const clock = { nowMs: () => nowMs, sleep: () => Promise.resolve(), random: () => 0 };
const issuer = 'https://issuer.test/';
const audience = 'last-one';
const good: JWTPayload = { iss: issuer, aud: audience, sub: 'ann', exp: nowSeconds + 60 };

let verify: VerifyToken;
let sign: (claims: JWTPayload) => Promise<string>;
let signWithPublicKey: (claims: JWTPayload) => Promise<string>;
beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] };
  const admin = { adminClaim: 'scope', adminValue: 'shop:admin' };
  verify = tokenVerifier({ issuer, audience, jwks, ...admin }, clock);
  sign = (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
  const secret = new TextEncoder().encode(await exportSPKI(publicKey));
  signWithPublicKey = (claims) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret);
});

describe('a token', () => {
  it('names its user', async () => {
    expect(await verify(await sign(good))).toEqual({ userId: 'ann', isAdmin: false });
  });

  it.each<[string, JWTPayload]>([
    ['of another issuer', { ...good, iss: 'https://other.test/' }],
    ['for another audience', { ...good, aud: 'another' }],
    ['without issuer', { aud: audience, sub: 'ann', exp: nowSeconds + 60 }],
    ['without end', { iss: issuer, aud: audience, sub: 'ann' }],
    ['without subject', { iss: issuer, aud: audience, exp: nowSeconds + 60 }],
    ['with an empty subject', { ...good, sub: '' }],
    ['with a subject of 129 characters', { ...good, sub: 'a'.repeat(129) }],
    ['that ended a minute ago', { ...good, exp: nowSeconds - 60 }],
    ['that is not yet in force', { ...good, nbf: nowSeconds + 120 }],
  ])('%s is none', async (_name, claims) => {
    expect(await verify(await sign(claims))).toBeUndefined();
  });

  it('that is signed with the public key as a secret is none', async () => {
    expect(await verify(await signWithPublicKey(good))).toBeUndefined();
  });

  it('may be late by the leeway', async () => {
    expect(await verify(await sign({ ...good, exp: nowSeconds - 29 }))).toBeDefined();
  });

  it.each<[unknown, boolean]>([
    ['shop:admin', true],
    ['openid shop:admin', true],
    [['openid', 'shop:admin'], true],
    ['shop:administrator', false],
    ['', false],
    [{ 'shop:admin': true }, false],
    [undefined, false],
  ])('with the scope %j makes an admin: %j', async (scope, isAdmin) => {
    expect(await verify(await sign({ ...good, scope }))).toEqual({ userId: 'ann', isAdmin });
  });
});
