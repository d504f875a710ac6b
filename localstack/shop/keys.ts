import { createHash } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type CryptoKey,
  type JSONWebKeySet,
  type JWK,
  SignJWT,
} from 'jose';
import { LOCAL } from '../folder.ts';

const ALGORITHM = 'ES256';
export const ISSUER = 'https://last-one.local/';
export const AUDIENCE = 'last-one';
const FOLDER = join(LOCAL, 'keys');
const FILE = join(FOLDER, 'shop.jwk.json');

/** The public half of this checkout's key pair: what the local shop verifies tokens with. */
export async function localJwks(): Promise<JSONWebKeySet> {
  const { kty, crv, x, y, kid, alg } = await keyPair();
  return { keys: [{ kty, crv, x, y, kid, alg } as JWK] };
}

/** What this checkout's shops sign tickets with, so that one shop's are good in the next. */
export async function localTicketSecret(): Promise<string> {
  const { d = '' } = await keyPair();
  return createHash('sha256').update(`tickets ${d}`).digest('base64url');
}

/** Signs a token that the local shop accepts. */
export async function signToken(
  userId: string,
  {
    admin = false,
    seconds = 3600,
    audience = AUDIENCE,
  }: { admin?: boolean; seconds?: number; audience?: string } = {},
): Promise<string> {
  const jwk = await keyPair();
  const key = (await importJWK(jwk, ALGORITHM)) as CryptoKey;
  const nowSeconds = Math.floor(Date.now() / 1000);
  return new SignJWT(admin ? { scope: 'shop:admin' } : {})
    .setProtectedHeader({ alg: ALGORITHM, ...(jwk.kid === undefined ? {} : { kid: jwk.kid }) })
    .setIssuer(ISSUER)
    .setAudience(audience)
    .setSubject(userId)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + seconds)
    .sign(key);
}

/** Made on first use. Of two processes that make one at once, both take the first's. */
async function keyPair(): Promise<JWK> {
  const kept = await readKept();
  if (kept !== undefined) return kept;
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const named = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: ALGORITHM };
  await mkdir(FOLDER, { recursive: true });
  const draft = `${FILE}.${process.pid}`;
  await writeFile(draft, JSON.stringify(named), { mode: 0o600 });
  try {
    await link(draft, FILE);
    return named;
  } catch {
    return (await readKept()) ?? named;
  } finally {
    await rm(draft, { force: true });
  }
}

async function readKept(): Promise<JWK | undefined> {
  try {
    return JSON.parse(await readFile(FILE, 'utf8')) as JWK;
  } catch {
    return undefined;
  }
}
