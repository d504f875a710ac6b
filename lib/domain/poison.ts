/** Why a record is given up: no retry can settle it. An outage is never a reason. */
export interface Poison {
  readonly kind: 'poison';
  /** A word for programs. */
  readonly reason: 'tombstone' | 'not-json' | 'unknown-version' | 'invalid' | 'unknown-sku';
  /** What is wrong, for people. */
  readonly detail: string;
}

export const poison = (reason: Poison['reason'], detail: string): Poison => ({
  kind: 'poison',
  reason,
  detail,
});
