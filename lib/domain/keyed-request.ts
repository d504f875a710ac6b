import type { KeyToken, RequestId } from './ids.ts';

/** The request behind an effect: which one won, and what it asked for. */
export interface KeyedRequest {
  readonly requestId: RequestId;
  /** Digest of the body's canonical JSON: equal requests have equal fingerprints. */
  readonly fingerprint: string;
}

/** A keyed request before its effect: the token is the stem of the effect's id. */
export interface KeyedCommand extends KeyedRequest {
  readonly token: KeyToken;
}

/** An effect's memory of its request, with the body to answer with, now and for every replay. */
export interface KeptReply extends KeyedRequest {
  readonly reply: string;
}

/**
 * What finding one's own id means: with one's own request id it is one's own success, whose reply
 * was lost; with another's a twin came first; with another fingerprint the key was used before.
 */
export function retold<Done extends string>(
  kept: KeptReply,
  asked: KeyedRequest,
  done: Done,
): { kind: Done | 'replayed'; reply: string } | { kind: 'mismatched' } {
  if (kept.fingerprint !== asked.fingerprint) return { kind: 'mismatched' };
  return { kind: kept.requestId === asked.requestId ? done : 'replayed', reply: kept.reply };
}
