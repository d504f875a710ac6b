import type { Poison } from '../domain/poison.ts';
import { type DeadLetter, recordBytes } from '../ports/dead-letters.ts';
import type { ConsumedRecord } from './consumed-record.ts';
import { deadLetterIdOf } from './dead-letter-id.ts';

/**
 * What an item of the store has room for. The topic takes no more than 256 KB, but it weighs a record
 * as it came, and one that was compressed can hold any length; and a change holds its row twice.
 */
const RECORD_BYTES_MAX = 350_000;

/** The letter that a record becomes when it is given up: the same each time that the record comes. */
export const deadLetterOf =
  (record: ConsumedRecord, at: string) =>
  ({ reason, detail }: Poison): DeadLetter => {
    const deadLetterId = deadLetterIdOf(record);
    return cutToFit({ ...record, deadLetterId, reason, detail, at }, 'topic');
  };

/** The letter, or the beginning of one that is too long to be kept whole, and where the rest is. */
export function cutToFit(letter: DeadLetter, source: 'topic' | 'table'): DeadLetter {
  const bytes = recordBytes(letter);
  if (bytes <= RECORD_BYTES_MAX) return letter;
  const { key, value, ...rest } = letter;
  const why = `cut, since the record has ${bytes} bytes and stands in its ${source} whole`;
  return {
    ...rest,
    headers: [],
    ...(key === undefined ? {} : { key: key.subarray(0, 1_000) }),
    ...(value === undefined ? {} : { value: value.subarray(0, RECORD_BYTES_MAX - 1_000) }),
    detail: `${why}; ${rest.detail}`,
  };
}
