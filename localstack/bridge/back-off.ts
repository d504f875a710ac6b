const WAIT_MS_FIRST = 100;
/** AWS waits up to a minute; a shop on one machine is to recover while somebody looks on. */
const WAIT_MS_MAX = 5_000;

/** How long to wait after so many failures in a row: doubling to a bound, the upper half drawn. */
export function backOffMs(failures: number, random: number): number {
  const waitMs = Math.min(WAIT_MS_MAX, WAIT_MS_FIRST * 2 ** Math.min(failures - 1, 30));
  return waitMs / 2 + (random * waitMs) / 2;
}
