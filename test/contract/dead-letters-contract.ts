import assert from 'node:assert/strict';
import { isUint8Array } from 'node:util/types';
import type { DeadLetterId } from '../../lib/domain/ids.ts';
import type { DeadLetter, DeadLetterPosition, DeadLetters } from '../../lib/ports/dead-letters.ts';
import { freshToken, times } from './bench-shop.ts';

const bytes = (text: string) => Uint8Array.from(Buffer.from(text));
const timeAt = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

const letter = (second: number, more: Partial<DeadLetter> = {}): DeadLetter => ({
  deadLetterId: freshToken() as string as DeadLetterId,
  ...{ reason: 'not-json', detail: 'The value is no JSON.' },
  ...{ topic: 'orders', partition: 2, offset: second, at: timeAt(second) },
  ...{ key: bytes('shoe'), value: bytes('{'), headers: [] },
  ...more,
});

/** Bytes in hex: there is more than one class of them. */
const plain = (value: unknown): unknown => {
  if (isUint8Array(value)) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
};
const same = (actual: unknown, expected: unknown) => {
  assert.deepEqual(plain(actual), plain(expected));
};

const idsOf = (letters: readonly DeadLetter[]) => letters.map(({ deadLetterId }) => deadLetterId);

async function keepAll(letters: DeadLetters, some: readonly DeadLetter[]): Promise<void> {
  for (const one of some) assert.deepEqual(await letters.keep(one), { kind: 'kept' });
}

/** Every page behind a position, each read after the one before. */
async function pagesFrom(letters: DeadLetters, limit: number, after?: DeadLetterPosition) {
  const pages: (readonly DeadLetter[])[] = [];
  for (let from = after; ;) {
    const { items, next } = await letters.list(limit, from);
    pages.push(items);
    if (next === undefined) return pages;
    from = next;
  }
}

/** One promise of the port: `run` gets letters that nobody else writes, and rejects if it is broken. */
export interface LettersPromise {
  readonly name: string;
  readonly run: (letters: DeadLetters) => Promise<void>;
}

/** What every keeper of dead letters promises. */
export const deadLettersContract: readonly LettersPromise[] = [
  {
    name: 'has nothing at first',
    run: async (letters) => {
      same(await letters.list(10, undefined), { items: [] });
      assert.equal(await letters.find('a'.repeat(26) as DeadLetterId), undefined);
    },
  },
  {
    name: 'keeps a record whole, to the byte, with what it lacked',
    run: async (letters) => {
      const every = Uint8Array.from({ length: 256 }, (_, i) => i);
      const header = (name: string, value: Uint8Array) => ({ name, value });
      const whole = letter(1, {
        ...{ key: every, value: every },
        headers: [header('a', bytes('1')), header('a', every), header('b', bytes(''))],
      });
      const { key, value, ...bare } = letter(2);
      assert.ok(key !== undefined && value !== undefined);
      const hollow = letter(3, { key: bytes(''), value: bytes('') });
      await keepAll(letters, [whole, bare, hollow]);
      for (const one of [whole, bare, hollow]) {
        same(await letters.find(one.deadLetterId), one);
      }
      same((await letters.list(10, undefined)).items, [hollow, bare, whole]);
    },
  },
  {
    name: 'keeps a record of 256 KB',
    run: async (letters) => {
      const large = letter(1, { value: new Uint8Array(256 * 1024).fill(255) });
      await keepAll(letters, [large]);
      same(await letters.find(large.deadLetterId), large);
    },
  },
  {
    name: 'keeps the first of what is given up twice',
    run: async (letters) => {
      const first = letter(1);
      await keepAll(letters, [first, { ...first, at: timeAt(9), reason: 'other' }]);
      await letters.noteReplayed(first.deadLetterId, timeAt(5));
      await keepAll(letters, [{ ...first, detail: 'other' }]);
      const kept = { ...first, replayedAt: timeAt(5) };
      same(await letters.list(10, undefined), { items: [kept] });
    },
  },
  {
    name: 'keeps one of many that come at once under one id',
    run: async (letters) => {
      const one = letter(1);
      const told = await Promise.all(times(10, () => letters.keep(one)));
      same(
        told,
        times(10, () => ({ kind: 'kept' })),
      );
      assert.equal((await letters.list(10, undefined)).items.length, 1);
    },
  },
  {
    name: 'notes when a record was published again, and again',
    run: async (letters) => {
      const [one, other] = [letter(1), letter(2)];
      await keepAll(letters, [one, other]);
      await letters.noteReplayed(one.deadLetterId, timeAt(10));
      same(await letters.noteReplayed(one.deadLetterId, timeAt(20)), { kind: 'noted' });
      same(await letters.find(one.deadLetterId), { ...one, replayedAt: timeAt(20) });
      same(await letters.find(other.deadLetterId), other);
      // It moves nothing: the list goes by when a record was given up.
      const { items } = await letters.list(10, undefined);
      same(items, [other, { ...one, replayedAt: timeAt(20) }]);
    },
  },
  {
    name: 'leaves a letter alone that is not there',
    run: async (letters) => {
      const { deadLetterId } = letter(1);
      same(await letters.noteReplayed(deadLetterId, timeAt(1)), { kind: 'noted' });
      assert.equal(await letters.find(deadLetterId), undefined);
      same(await letters.list(10, undefined), { items: [] });
    },
  },
  {
    name: 'lists the newest first, in pages, and says when there are no more',
    run: async (letters) => {
      const some = times(7, (i) => letter(i));
      await keepAll(
        letters,
        [3, 0, 6, 1, 5, 2, 4].flatMap((i) => some[i] ?? []),
      );
      const newest = idsOf(some).reverse();
      const paged = async (limit: number) => (await pagesFrom(letters, limit)).map(idsOf);
      same(await paged(3), [newest.slice(0, 3), newest.slice(3, 6), newest.slice(6)]);
      same(await paged(7), [newest]);
      same(await paged(100), [newest]);
      same(
        await paged(1),
        newest.map((id) => [id]),
      );
    },
  },
  {
    name: 'shows each once, of those given up in one moment too',
    run: async (letters) => {
      const some = times(9, () => letter(1));
      await keepAll(letters, some);
      const pages = await pagesFrom(letters, 2);
      same(
        pages.map((page) => page.length),
        [2, 2, 2, 2, 1],
      );
      same(idsOf(pages.flat()).sort(), idsOf(some).sort());
    },
  },
  {
    name: 'goes on behind a page while new ones arrive: none skipped, none shown twice',
    run: async (letters) => {
      const old = times(6, (i) => letter(i));
      await keepAll(letters, old);
      const first = await letters.list(2, undefined);
      await keepAll(letters, [letter(100), letter(101)]);
      const rest = await pagesFrom(letters, 2, first.next);
      const met = idsOf([...first.items, ...rest.flat()]);
      same(met, idsOf(old).reverse());
      assert.equal((await letters.list(10, undefined)).items.length, 8);
    },
  },
  {
    name: 'ends a page early where its records are large, and goes on behind it',
    run: async (letters) => {
      const value = new Uint8Array(200_000);
      const some = [letter(0), ...times(4, (i) => letter(i + 1, { value })), letter(9)];
      await keepAll(letters, some);
      const pages = (await pagesFrom(letters, 5)).map(idsOf);
      const [a, b, c, d, e, f] = idsOf(some).reverse();
      same(pages, [
        [a, b, c],
        [d, e, f],
      ]);
    },
  },
];
