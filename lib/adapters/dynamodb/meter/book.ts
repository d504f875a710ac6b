import { LRUCache } from 'lru-cache';
import { itemBytes, type Item } from './size.ts';
import { type ShapeOf, type TableShape } from './shape.ts';

/** An item as last seen. */
export interface Image {
  readonly item: Item;
  /** Bytes that updates added which the meter could not work out attribute by attribute. */
  readonly extraBytes: number;
  readonly bytes: number;
}

/** What the book can say of an item. */
export type Known = Image | 'absent' | 'unknown';

/** Makes an image of an item, weighing it once. */
export function imageOf(item: Item, extraBytes = 0): Image {
  return { item, extraBytes, bytes: itemBytes(item) + extraBytes };
}

/** The size of what is known of an item; nothing weighs nothing. */
export function knownBytes(known: Known): number {
  return typeof known === 'string' ? 0 : known.bytes;
}

/**
 * The size book: the images of the items last put, read or returned, since a client that updates
 * or deletes an item is not told its size.
 *
 * An image is the last one that *this* client saw. Another process's writes show when the item is
 * next read or returned. The least recently used image makes room for a new one.
 */
export class SizeBook {
  readonly #images: LRUCache<string, Image | 'absent'>;
  readonly #shapeOf: ShapeOf;

  constructor(shapeOf: ShapeOf, imagesMax = 10_000) {
    this.#images = new LRUCache({ max: imagesMax });
    this.#shapeOf = shapeOf;
  }

  shapeOf(table: string): TableShape | undefined {
    return this.#shapeOf(table);
  }

  /** The name that writes to a table are counted under. */
  logicalName(table: string): string {
    return this.#shapeOf(table)?.name ?? table;
  }

  /** Looks an item up by its key, or by any item that holds the key. */
  recall(table: string, key: Item): Known {
    const id = this.idOf(table, key);
    return id === undefined ? 'unknown' : (this.#images.get(id) ?? 'unknown');
  }

  /** Notes what an item is now; `unknown` changes nothing. */
  note(table: string, key: Item, known: Known): void {
    const id = this.idOf(table, key);
    if (id !== undefined && known !== 'unknown') this.#images.set(id, known);
  }

  /** One string per item; none where the table's key, or a part of it, is not known. */
  idOf(table: string, key: Item): string | undefined {
    const names = this.#shapeOf(table)?.key;
    if (names === undefined || names.some((name) => key[name] === undefined)) return undefined;
    return JSON.stringify([table, ...names.map((name) => scalar(key, name))]);
  }
}

function scalar(key: Item, name: string): readonly unknown[] {
  const value = key[name];
  return value?.B === undefined ? [value] : [Buffer.from(value.B).toString('base64')];
}
