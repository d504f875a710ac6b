import { type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { imageOf, knownBytes, type Image, type Known, type SizeBook } from './book.ts';
import { provesAbsence } from './expression.ts';
import { indexUnits, type Transition } from './index-writes.ts';
import { writeUnitsOf, type Item } from './size.ts';
import { applyUpdate } from './update.ts';

/** What a reply told of one item, beside the book. */
export interface Told {
  /** Whether the write's condition held, so that it says something of the item before. */
  readonly held: boolean;
  readonly before?: Image | 'absent' | undefined;
  readonly after?: Image | undefined;
}

/** One item's write, worked out: what it makes of the item, and what that costs. */
export interface Plan extends Transition {
  readonly table: string;
  readonly key: Item;
  /** Units of the item itself: by the larger of its images, outside a transaction. */
  readonly itemUnits: number;
  readonly indexUnits: number;
  /** Units of a refusal: by the item as it stands, or one. */
  readonly refusedUnits: number;
  /** What the book should say once the write is done. */
  readonly outcome: Known;
}

/** Works out one action of a transaction; a request for one item is taken as a lone action. */
export function planOf(action: TransactWriteItem, book: SizeBook, told: Told): Plan {
  const { table, key, scope } = targetOf(action);
  const shape = book.shapeOf(table);
  const absent = told.held && provesAbsence(scope.ConditionExpression, scope, shape?.key ?? []);
  const before = told.before ?? (absent ? 'absent' : book.recall(table, key));
  const transition = transitionOf(action, key, before, told.after);
  const itemBytesMax = Math.max(knownBytes(before), knownBytes(transition.after));
  const guessed = before === 'unknown' && action.Update !== undefined && told.after === undefined;
  return {
    ...transition,
    table,
    key,
    itemUnits: writeUnitsOf(itemBytesMax),
    indexUnits: shape === undefined || action.ConditionCheck ? 0 : indexUnits(shape, transition),
    refusedUnits: writeUnitsOf(knownBytes(before)),
    outcome: action.ConditionCheck ? before : guessed ? 'unknown' : transition.after,
  };
}

/** The table and key of an action, and what its expressions are read with. */
export function targetOf(action: TransactWriteItem): {
  readonly table: string;
  readonly key: Item;
  readonly scope: NonNullable<TransactWriteItem['ConditionCheck' | 'Put' | 'Update' | 'Delete']>;
} {
  const { ConditionCheck, Put, Update, Delete } = action;
  const scope = ConditionCheck ?? Put ?? Update ?? Delete;
  if (scope === undefined) throw new Error('an action of a transaction names no operation');
  const key = (Put ? Put.Item : (ConditionCheck ?? Update ?? Delete)?.Key) ?? {};
  return { table: scope.TableName ?? '', key, scope };
}

function transitionOf(
  { Put, Update, Delete }: TransactWriteItem,
  key: Item,
  before: Known,
  returned: Image | undefined,
): Transition {
  if (Put) return { before, after: imageOf(key) };
  if (Delete) return { before, after: 'absent' };
  const start = typeof before === 'string' ? imageOf(key) : before;
  if (!Update) return { before, after: start };
  const { after, changes } = applyUpdate(start, Update);
  return { before, after: returned ?? after, changes };
}
