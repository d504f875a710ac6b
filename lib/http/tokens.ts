import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import { isUserId, type UserId } from '../domain/ids.ts';
import type { Clock } from '../ports/clock.ts';

/** Who asks. */
export interface User {
  readonly userId: UserId;
  readonly isAdmin: boolean;
}

export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks: JSONWebKeySet;
  /** The claim that holds the scopes, as a string with spaces or as a list. */
  readonly adminClaim: string;
  readonly adminValue: string;
}

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
/** Clocks of issuer and shop may differ by so much. */
const LEEWAY_SECONDS = 30;

export type VerifyToken = (token: string) => Promise<User | undefined>;

/** Checks signature, algorithm, issuer, audience and expiry (RFC 7519). Undefined: not valid. */
export function tokenVerifier(rules: TokenRules, clock: Clock): VerifyToken {
  const keys = createLocalJWKSet(rules.jwks);
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: rules.issuer,
        audience: rules.audience,
        algorithms: ALGORITHMS,
        clockTolerance: LEEWAY_SECONDS,
        requiredClaims: ['exp', 'sub'],
        currentDate: new Date(clock.nowMs()),
      });
      if (payload.sub === undefined || !isUserId(payload.sub)) return undefined;
      const scopes = scopesIn(payload[rules.adminClaim]);
      return { userId: payload.sub, isAdmin: scopes.includes(rules.adminValue) };
    } catch (error) {
      // A token that fails is the caller's affair; anything else is ours.
      if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
      throw error;
    }
  };
}

function scopesIn(claim: unknown): unknown[] {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim : [];
}
