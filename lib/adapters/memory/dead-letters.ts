import { heldByPage } from '../../domain/dead-letter.ts';
import {
  type DeadLetter,
  type DeadLetterPosition,
  type DeadLetters,
  recordBytes,
} from '../../ports/dead-letters.ts';
import type { MemoryTables } from './shop.ts';

export const memoryDeadLetters = ({ deadLetters }: MemoryTables): DeadLetters => ({
  keep: async (letter) => {
    const { deadLetterId } = letter;
    if (!deadLetters.has(deadLetterId)) deadLetters.set(deadLetterId, letter);
    return { kind: 'kept' };
  },

  find: async (deadLetterId) => deadLetters.get(deadLetterId),

  list: async (limit, after) => {
    const ahead = [...deadLetters.values()]
      .filter((letter) => after === undefined || placeOf(letter) < placeOf(after))
      .toSorted((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
    const asked = ahead.slice(0, limit);
    const items = asked.slice(0, heldByPage(asked.map(recordBytes)));
    const last = items.at(-1);
    if (last === undefined || items.length === ahead.length) return { items };
    return { items, next: { at: last.at, deadLetterId: last.deadLetterId } };
  },

  noteReplayed: async (deadLetterId, replayedAt) => {
    const letter = deadLetters.get(deadLetterId);
    if (letter !== undefined) deadLetters.set(deadLetterId, { ...letter, replayedAt });
    return { kind: 'noted' };
  },
});

const placeOf = ({ at, deadLetterId }: DeadLetter | DeadLetterPosition): string =>
  `${at}#${deadLetterId}`;
