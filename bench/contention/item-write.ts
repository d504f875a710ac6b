import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { Known, SizeBook } from '../../lib/adapters/dynamodb/meter/book.ts';
import { indexUnits } from '../../lib/adapters/dynamodb/meter/index-writes.ts';
import { type Plan, planOf } from '../../lib/adapters/dynamodb/meter/plan.ts';
import type { Draw } from './throughput.ts';

/** One item's write: which item, and which partitions have to bear it. */
export interface ItemWrite {
  /** Undefined for an item of a table whose key is not known; such items are left alone. */
  readonly item: string | undefined;
  readonly plan: Plan;
  /** The table's partition. A write that is turned away is billed this. */
  readonly own: readonly Draw[];
  /** With the indexes' partitions: the write as carried out. */
  readonly all: readonly Draw[];
}

/** Times that an item is written: a transaction prepares and commits. */
const phasesOf = { transaction: 2, write: 1 } as const;

/** Works out what a write asks of the partitions, by the meter's arithmetic. */
export function itemWriteOf(
  action: TransactWriteItem,
  kind: keyof typeof phasesOf,
  book: SizeBook,
): ItemWrite {
  const plan = planOf(action, book, { held: true });
  const item = book.idOf(plan.table, plan.key);
  const shape = book.shapeOf(plan.table);
  const [partitionKey] = shape?.key ?? [];
  if (item === undefined || shape === undefined || partitionKey === undefined) {
    return { item, plan, own: [], all: [] };
  }
  const partition = JSON.stringify([plan.table, plan.key[partitionKey]]);
  const own = [{ partition, units: phasesOf[kind] * plan.itemUnits }];
  const indexes = action.ConditionCheck ? [] : shape.indexes;
  const ofIndexes = indexes.flatMap((index) => {
    const units = indexUnits({ ...shape, indexes: [index] }, plan);
    const [name = ''] = index.keys;
    const value = valueOf(plan.after, name) ?? valueOf(plan.before, name);
    if (units === 0 || value === undefined) return [];
    return [{ partition: JSON.stringify([plan.table, index.name, value]), units }];
  });
  return { item, plan, own, all: [...own, ...ofIndexes] };
}

const valueOf = (known: Known, name: string): unknown =>
  typeof known === 'string' ? undefined : known.item[name];
