/** A secondary index, global or local, as far as its cost depends on it. */
export interface IndexShape {
  readonly name: string;
  /** Partition key, then sort key; an item without all of them has no entry. */
  readonly keys: readonly string[];
  /** A list names the attributes besides the keys of index and table. */
  readonly projection: 'KEYS_ONLY' | 'ALL' | readonly string[];
}

/** A table, as far as the cost of its requests depends on it. */
export interface TableShape {
  /** The logical name that item writes are counted under; the physical one if left out. */
  readonly name?: string;
  readonly key: readonly string[];
  readonly indexes: readonly IndexShape[];
}

/** Finds a table's shape by its physical name; a table without one is billed without indexes. */
export type ShapeOf = (tableName: string) => TableShape | undefined;
