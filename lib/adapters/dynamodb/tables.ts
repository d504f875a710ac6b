import type { TableShape } from './meter.ts';

/** A table as `serverless.yml` creates it on AWS and `localstack/shop/tables.ts` on one machine. */
export interface TableDefinition {
  readonly key: readonly string[];
  readonly indexes: readonly IndexDefinition[];
  /** The stream carries new and old images: the shop's outbox. */
  readonly stream: boolean;
}

export interface IndexDefinition {
  readonly name: string;
  /** A local index shares the table's partition key and can be read strongly. */
  readonly kind: 'global' | 'local';
  readonly keys: readonly string[];
  /** A list names the attributes besides the keys of index and table. */
  readonly projection: 'KEYS_ONLY' | readonly string[];
}

/** Every other key attribute is a string. */
export const numberKeys: readonly string[] = ['seq'];

const holds: IndexDefinition = {
  name: 'holds',
  kind: 'global',
  keys: ['holdKey', 'expiresAt'],
  projection: 'KEYS_ONLY',
};
const byUser: IndexDefinition = {
  name: 'byUser',
  kind: 'global',
  keys: ['userId', 'createdAt'],
  projection: 'KEYS_ONLY',
};
/** Holds what a list of entries shows, so that a page is read without the entries. */
const bySeq: IndexDefinition = {
  name: 'bySeq',
  kind: 'local',
  keys: ['userId', 'seq'],
  projection: ['kind', 'amountMinor', 'balanceMinor', 'at', 'ref'],
};

/**
 * All dead letters under one key. It takes 1,000 writes a second; a flood of poison above that is
 * slowed down, and nothing of it is lost, since no batch is acknowledged before its letters are kept.
 * A letter of any size costs one unit here: the pages are read from the table.
 */
const newest: IndexDefinition = {
  name: 'newest',
  kind: 'global',
  keys: ['board', 'givenUp'],
  projection: ['recordBytes'],
};

/** Every table of the shop. The packaged template is tested against this. */
export const tableDefinitions = {
  products: { key: ['sku'], indexes: [], stream: false },
  orders: { key: ['orderId'], indexes: [byUser, holds], stream: true },
  adjustments: { key: ['adjustmentId'], indexes: [], stream: false },
  ledger: { key: ['userId', 'entryId'], indexes: [bySeq], stream: false },
  providerRefs: { key: ['providerRef'], indexes: [], stream: false },
  deadLetters: { key: ['deadLetterId'], indexes: [newest], stream: false },
  sales: { key: ['page', 'entry'], indexes: [], stream: false },
  carts: { key: ['userId'], indexes: [], stream: false },
} satisfies Record<string, TableDefinition>;

export const holdsIndex = holds.name;
export const bySeqIndex = bySeq.name;
export const newestIndex = newest.name;

export type LogicalTable = keyof typeof tableDefinitions;
export type TableNames = Readonly<Record<LogicalTable, string>>;

/** The tables' real names: one prefix for each shop. */
export const tableNames = (prefix: string): TableNames => ({
  products: `${prefix}products`,
  orders: `${prefix}orders`,
  adjustments: `${prefix}adjustments`,
  ledger: `${prefix}ledger`,
  providerRefs: `${prefix}provider-refs`,
  deadLetters: `${prefix}dead-letters`,
  sales: `${prefix}sales`,
  carts: `${prefix}carts`,
});

/** What the meter needs to know of a table, by its real name. */
export const shapeIn =
  (names: TableNames) =>
  (name: string): TableShape | undefined => {
    const logical = (Object.keys(names) as LogicalTable[]).find((table) => names[table] === name);
    if (logical === undefined) return undefined;
    const { key, indexes } = tableDefinitions[logical];
    return { name: logical, key, indexes };
  };
