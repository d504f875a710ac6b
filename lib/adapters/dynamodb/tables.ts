import type { TableShape } from './meter.ts';

/** A table as `serverless.yml` creates it on AWS and `localstack/shop/tables.ts` on one machine. */
export interface TableDefinition {
  readonly key: readonly string[];
  readonly indexes: readonly IndexDefinition[];
  /** The stream carries new and old images: the shop's outbox. */
  readonly stream: boolean;
}

/** A keys-only index; every key attribute is a string. */
export interface IndexDefinition {
  readonly name: string;
  readonly keys: readonly string[];
}

const holds = { name: 'holds', keys: ['holdKey', 'expiresAt'] };
const byUser = { name: 'byUser', keys: ['userId', 'createdAt'] };

/** Every table of the shop. The packaged template is tested against this. */
export const tableDefinitions = {
  products: { key: ['sku'], indexes: [], stream: false },
  orders: { key: ['orderId'], indexes: [byUser, holds], stream: true },
  adjustments: { key: ['adjustmentId'], indexes: [], stream: false },
} satisfies Record<string, TableDefinition>;

export const holdsIndex = holds.name;

export type LogicalTable = keyof typeof tableDefinitions;
export type TableNames = Readonly<Record<LogicalTable, string>>;

/** The tables' real names: one prefix for each shop. */
export const tableNames = (prefix: string): TableNames => ({
  products: `${prefix}products`,
  orders: `${prefix}orders`,
  adjustments: `${prefix}adjustments`,
});

/** What the meter needs to know of a table, by its real name. */
export const shapeIn =
  (names: TableNames) =>
  (name: string): TableShape | undefined => {
    const logical = (Object.keys(names) as LogicalTable[]).find((table) => names[table] === name);
    if (logical === undefined) return undefined;
    const { key, indexes } = tableDefinitions[logical];
    const keysOnly = indexes.map((index) => ({ ...index, projection: 'KEYS_ONLY' as const }));
    return { name: logical, key, indexes: keysOnly };
  };
