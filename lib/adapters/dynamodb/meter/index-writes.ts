import { isDeepStrictEqual } from 'node:util';
import { type Image, type Known } from './book.ts';
import { type IndexShape, type TableShape } from './shape.ts';
import { itemBytes, sum, writeUnitsOf, type Item } from './size.ts';
import { type Changes } from './update.ts';

/** One item's way through a write. */
export interface Transition {
  readonly before: Known;
  readonly after: Image | 'absent';
  /** What an update touched; a put or a delete touches all. */
  readonly changes?: Changes;
}

/**
 * Write units that a table's indexes take for one item's write, never doubled.
 *
 *     in the index   before: no     before: yes
 *     after: no      0              1 (leaves)
 *     after: yes     1 (enters)     2 (its key changes), 1 (a projected attribute), 0 (neither)
 *
 * One stands for ⌈KB⌉ of the entry. Source: the write considerations of "Using global secondary
 * indexes in DynamoDB". Where the image before is not known, see `unitsUnseen`.
 */
export function indexUnits(table: TableShape, transition: Transition): number {
  const { before } = transition;
  return sum(table.indexes, (index) =>
    before === 'unknown'
      ? unitsUnseen(index, table, transition)
      : unitsSeen(index, table, before, transition),
  );
}

function unitsSeen(
  index: IndexShape,
  table: TableShape,
  before: Image | 'absent',
  { after, changes }: Transition,
): number {
  const old = entryOf(index, table, before);
  const fresh = entryOf(index, table, after);
  if (old === undefined) return fresh === undefined ? 0 : fresh.units;
  if (fresh === undefined) return old.units;
  const moved = index.keys.some((key) => !isDeepStrictEqual(old.item[key], fresh.item[key]));
  if (moved) return old.units + fresh.units;
  const blurred = [...(changes?.blurred ?? [])].some((name) => projects(index, table, name));
  if (!blurred && isDeepStrictEqual(old.item, fresh.item)) return 0;
  return Math.max(old.units, fresh.units);
}

/**
 * Takes an item never seen for one that existed and had an entry: a put or a delete then writes
 * once; an update that removes a key attribute once, that sets one twice, that touches a projected
 * attribute once, and any other not at all.
 */
function unitsUnseen(index: IndexShape, table: TableShape, transition: Transition): number {
  const { after, changes } = transition;
  const units = entryOf(index, table, after)?.units ?? 1;
  if (changes === undefined) return units;
  if (index.keys.some((key) => changes.removed.has(key))) return 1;
  if (index.keys.some((key) => changes.written.has(key))) return 2 * units;
  const touched = [...changes.written, ...changes.removed];
  return touched.some((name) => projects(index, table, name)) ? units : 0;
}

function entryOf(
  index: IndexShape,
  table: TableShape,
  image: Image | 'absent',
): { readonly item: Item; readonly units: number } | undefined {
  if (image === 'absent') return undefined;
  if (index.keys.some((key) => image.item[key] === undefined)) return undefined;
  if (index.projection === 'ALL') return { item: image.item, units: writeUnitsOf(image.bytes) };
  const projected = Object.entries(image.item).filter(([name]) => projects(index, table, name));
  const item = Object.fromEntries(projected);
  return { item, units: writeUnitsOf(itemBytes(item)) };
}

function projects(index: IndexShape, table: TableShape, name: string): boolean {
  if (index.projection === 'ALL') return true;
  const others = index.projection === 'KEYS_ONLY' ? [] : index.projection;
  return [...table.key, ...index.keys, ...others].includes(name);
}
