/** What the contention model can be told. */
export interface ModelSettings {
  /** How long a write or a transaction takes at least, from the client to its answer. */
  readonly roundTripMs: number;
}

/** A transaction within one region of AWS takes about as long. */
export const ROUND_TRIP_MS = 5;
const ROUND_TRIP_MS_MAX = 1_000;

/** Reads CONTENTION_ROUND_TRIP_MS; throws an error that says what is wrong with it. */
export function modelSettingsIn(env: Readonly<Record<string, string | undefined>>): ModelSettings {
  const text = env['CONTENTION_ROUND_TRIP_MS'] ?? '';
  if (text === '') return { roundTripMs: ROUND_TRIP_MS };
  const roundTripMs = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  if (roundTripMs <= ROUND_TRIP_MS_MAX) return { roundTripMs };
  throw new Error(
    `CONTENTION_ROUND_TRIP_MS needs a whole number from 0 to ${ROUND_TRIP_MS_MAX}, not "${text}".`,
  );
}
