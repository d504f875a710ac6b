import { Unavailable } from '../lib/domain/unavailable.ts';
import type { Held, Lock } from '../lib/ports/lock.ts';

const WAIT_MS_MAX = 60_000;

/** What a comparison of locks asks of each. */
export interface LockUnderTest {
  /** Waits for the lock without limit, and answers what the work comes to. */
  withLock<T>(key: string, ttlMs: number, work: () => Promise<T>): Promise<T>;
  close(): void;
}

/**
 * A lock that waits for ever, though ours do not: not for others, and not for a machine that is so
 * busy that a command takes longer than a request may wait. Locks without time-outs would not notice.
 */
export const patiently =
  (lock: Lock): LockUnderTest['withLock'] =>
  async (key, leaseMs, work) => {
    for (;;) {
      const held = await tried(lock, key, leaseMs, work);
      if (held?.kind === 'held') return held.value;
    }
  };

/** Undefined if an outage came before the work was begun. */
async function tried<T>(
  lock: Lock,
  key: string,
  leaseMs: number,
  work: () => Promise<T>,
): Promise<Held<T> | undefined> {
  const seen = { begun: false };
  try {
    return await lock.hold(key, { leaseMs, waitMsMax: WAIT_MS_MAX }, () => {
      seen.begun = true;
      return work();
    });
  } catch (error) {
    if (seen.begun || !(error instanceof Unavailable)) throw error;
    return undefined;
  }
}
