import type { Fence } from '../../domain/ids.ts';
import { isOutage, Unavailable } from '../../domain/unavailable.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Held } from '../../ports/lock.ts';

/** Past this there is no time for a second try: an outage is told within a second. */
const FIRST_TRY_MS_MAX = 450;

/** Answers 1 if the lock was still the caller's. */
type Release = (outage: 0 | 1) => Promise<0 | 1>;

/** What those are told who waited while a holder's work met an outage; `begun`: their own may be done. */
export const outageAhead = (begun = false): Unavailable =>
  new Unavailable('dynamodb', begun ? 'unknown' : 'none');

/**
 * Asks, and once more if nobody can tell what became of it. Only for questions that may be asked
 * twice: under the same id the lock is got once. Throws `Unavailable` on a lasting outage.
 */
export async function askTwice<Reply>(clock: Clock, ask: () => Promise<Reply>): Promise<Reply> {
  const startedMs = clock.nowMs();
  try {
    return await ask();
  } catch (error) {
    const lost = error instanceof Unavailable && error.fate === 'unknown';
    if (!lost || clock.nowMs() - startedMs > FIRST_TRY_MS_MAX) throw error;
    return ask();
  }
}

/**
 * Gets the lock, runs the work and releases the lock, whatever the work comes to; `busy` if `acquire`
 * came to nothing in time.
 */
export async function bracketed<T>(
  acquire: () => Promise<Fence | undefined>,
  work: (fence: Fence) => Promise<T>,
  release: Release,
): Promise<Held<T>> {
  const fence = await acquire().catch((error: unknown) => {
    // A question whose fate is unknown may yet get the lock: this is sent behind it, and nobody waits.
    void wasLost(release);
    throw error;
  });
  return fence === undefined ? { kind: 'busy' } : whileHeld(fence, work, release);
}

async function whileHeld<T>(
  fence: Fence,
  work: (fence: Fence) => Promise<T>,
  release: Release,
): Promise<Held<T>> {
  let value: T;
  try {
    value = await work(fence);
  } catch (error) {
    await wasLost(release, isOutage(error) ? 1 : 0);
    throw error;
  }
  return { kind: 'held', value, lost: await wasLost(release) };
}

/**
 * Never rejects: the work is done, and its value must not be lost to an outage. Nobody can tell then
 * whose the lock is, and it runs out by itself.
 */
export const wasLost = (release: Release, outage: 0 | 1 = 0): Promise<boolean> =>
  release(outage).then(
    (released) => released === 0,
    () => true,
  );
