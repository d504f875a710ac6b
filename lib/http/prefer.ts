import type { Headers } from './headers.ts';

const WAIT_SECONDS_MAX = 10;

/**
 * How long a client would wait for what takes its time: `Prefer: wait=N` (RFC 7240, section 4.3).
 * The first that is sent counts; what can't be read is no preference.
 */
export function preferredWaitMs(headers: Headers): number | undefined {
  const preferences = (headers.get('prefer') ?? []).flatMap((value) => value.split(','));
  for (const preference of preferences) {
    const [, seconds] = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;.*)?$/i.exec(preference) ?? [];
    if (seconds !== undefined) return Math.min(Number(seconds), WAIT_SECONDS_MAX) * 1000;
  }
  return undefined;
}
