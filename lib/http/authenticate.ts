import type { Headers } from './headers.ts';
import { refuse } from './problems.ts';
import type { Access } from './routes.ts';
import type { User, VerifyToken } from './tokens.ts';

/** The bearer's identity (RFC 6750), or the refusal that contract.md names for it. */
export async function authenticate(
  verify: VerifyToken,
  headers: Headers,
  access: Access,
): Promise<User | undefined> {
  if (access === 'public') return undefined;
  const sent = headers.get('authorization') ?? [];
  const [, token] = /^Bearer +([\w.~+/=-]+)$/i.exec(sent[0]?.trim() ?? '') ?? [];
  const user = sent.length === 1 && token !== undefined ? await verify(token) : undefined;
  if (user === undefined) {
    const challenge = sent.length === 0 ? '' : ', error="invalid_token"';
    throw refuse('unauthenticated', {
      headers: { 'WWW-Authenticate': `Bearer realm="last-one"${challenge}` },
    });
  }
  if (access === 'admin' && !user.isAdmin) throw refuse('forbidden');
  return user;
}
