import type { DeadLetterId } from '../domain/ids.ts';

/**
 * The partition, and the offset, of a change that could not be told: it never stood in its topic, and
 * so can't be published there again.
 */
export const NO_PARTITION = -1;

/** A record that no retry can settle, kept whole with the reason, while those behind it go on. */
export interface DeadLetter {
  readonly deadLetterId: DeadLetterId;
  /** A word for programs, such as `not-json`. */
  readonly reason: string;
  /** What is wrong, for people. */
  readonly detail: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Both absent where the record had none: a tombstone has no value. */
  readonly key?: Uint8Array;
  readonly value?: Uint8Array;
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array }[];
  /** When it was given up, RFC 3339 UTC. */
  readonly at: string;
  /** When it was last published again. */
  readonly replayedAt?: string;
}

/** Where a page of dead letters ended. */
export interface DeadLetterPosition {
  readonly at: string;
  readonly deadLetterId: DeadLetterId;
}

/** Records that were given up. All throw `Unavailable` on an outage. */
export interface DeadLetters {
  /** Keeps it; one that is there already is left as it is. `contended`: not now. */
  keep(letter: DeadLetter): Promise<{ readonly kind: 'kept' | 'contended' }>;
  find(deadLetterId: DeadLetterId): Promise<DeadLetter | undefined>;
  /**
   * Newest first; a new one shows within 2 s. A page ends early where its records would be too much
   * for one answer: `next` tells whether there are more.
   */
  list(
    limit: number,
    after: DeadLetterPosition | undefined,
  ): Promise<{
    readonly items: readonly DeadLetter[];
    readonly next?: DeadLetterPosition;
  }>;
  /** Notes that it was published again; a letter that is gone is left alone. */
  noteReplayed(
    deadLetterId: DeadLetterId,
    at: string,
  ): Promise<{ readonly kind: 'noted' | 'contended' }>;
}

/** What a letter's record takes in an answer, in bytes, names of headers included. */
export function recordBytes({ key, value, headers }: DeadLetter): number {
  let bytes = (key?.byteLength ?? 0) + (value?.byteLength ?? 0);
  for (const header of headers) bytes += header.name.length + header.value.byteLength;
  return bytes;
}
