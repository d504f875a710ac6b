/** Why a record is given up: no retry can settle it. An outage is never a reason. */
export interface Poison {
  readonly kind: 'poison';
  /** A word for programs. */
  readonly reason: 'tombstone' | 'not-json' | 'unknown-version' | 'invalid' | 'unknown-sku';
  /** What is wrong, for people. */
  readonly detail: string;
}

/** A detail may quote the record, and stands beside it in one item of the store. */
const DETAIL_CHARACTERS_MAX = 1_000;

export const poison = (reason: Poison['reason'], detail: string): Poison => ({
  kind: 'poison',
  reason,
  detail:
    detail.length > DETAIL_CHARACTERS_MAX ? `${detail.slice(0, DETAIL_CHARACTERS_MAX)} …` : detail,
});
