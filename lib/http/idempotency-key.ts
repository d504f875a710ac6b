import { createHash } from 'node:crypto';
import serialize from 'canonicalize';
import { base32 } from '../domain/base32.ts';
import type { KeyToken, UserId } from '../domain/ids.ts';
import type { KeyedCommand } from '../domain/keyed-request.ts';
import type { Headers } from './headers.ts';
import { refuse } from './problems.ts';

/** A keyed request's identity: `token` names the operation, `fingerprint` what was asked. */
export type Keyed = Omit<KeyedCommand, 'requestId'>;

interface KeyScope {
  readonly userId: UserId;
  readonly method: string;
  /** Percent-decoded, without query. */
  readonly path: string;
}

/** Derives the identity from the header and the body, or refuses a header that is no key. */
export function readKey(
  headers: Headers,
  { userId, method, path }: KeyScope,
  sent: unknown,
): Keyed {
  const values = headers.get('idempotency-key') ?? [];
  const key = values.length === 1 ? keyIn(withoutOptionalSpace(values[0] ?? '')) : undefined;
  if (key === undefined) throw refuse('idempotency-key-invalid');
  const scope = sha256(JSON.stringify([userId, method, path, key]));
  return {
    token: base32(scope).slice(0, 26) as KeyToken,
    fingerprint: sha256(serialize(sent) ?? '').toString('base64url'),
  };
}

const printable = /^[\x20-\x7e]{1,255}$/;
/** A structured-field string (RFC 9651, section 3.3.3). */
const quoted = /^"((?:[^"\\]|\\["\\])*)"$/;

/** Both forms of the IETF draft, `"abc"` and `abc`, are the key abc. */
function keyIn(value: string): string | undefined {
  const [, inner] = quoted.exec(value) ?? [];
  const key = value.startsWith('"') ? inner?.replace(/\\(["\\])/g, '$1') : value;
  return key !== undefined && printable.test(key) ? key : undefined;
}

/** Space and tab around a field's value do not count (RFC 9110, section 5.5); nothing else goes. */
const withoutOptionalSpace = (value: string): string => value.replace(/^[ \t]+|[ \t]+$/g, '');

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
