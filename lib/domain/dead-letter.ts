/**
 * How much of its records a page of dead letters may hold: a function's answer has 6 MB, and a byte
 * of a record can take six in JSON.
 */
export const PAGE_BYTES_MAX = 500_000;

/** How many of these records, by their sizes, one page holds: at least the first. */
export function heldByPage(bytes: readonly number[]): number {
  let sum = 0;
  const over = bytes.findIndex((size, i) => (sum += size) > PAGE_BYTES_MAX && i > 0);
  return over === -1 ? bytes.length : over;
}
