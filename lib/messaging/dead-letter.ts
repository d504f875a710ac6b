import type { Poison } from '../domain/poison.ts';
import { type DeadLetter, recordBytes } from '../ports/dead-letters.ts';
import type { ConsumedRecord } from './consumed-record.ts';
import { deadLetterIdOf } from './dead-letter-id.ts';

/**
 * What an item of the store has room for. The topic takes no more than 256 KB, but it weighs a record
 * as it came, and one that was compressed can hold any length.
 */
const RECORD_BYTES_MAX = 350_000;

/** The letter that a record becomes when it is given up: the same each time that the record comes. */
export const deadLetterOf =
  (record: ConsumedRecord, at: string) =>
  ({ reason, detail }: Poison): DeadLetter => {
    const deadLetterId = deadLetterIdOf(record);
    const letter = { ...record, deadLetterId, reason, detail, at };
    return recordBytes(letter) <= RECORD_BYTES_MAX ? letter : cut(letter);
  };

/** The beginning of a record that is too long to be kept whole. */
function cut(letter: DeadLetter): DeadLetter {
  const { key, value, ...rest } = letter;
  const bytes = recordBytes(letter);
  return {
    ...rest,
    headers: [],
    ...(key === undefined ? {} : { key: key.subarray(0, 1_000) }),
    ...(value === undefined ? {} : { value: value.subarray(0, RECORD_BYTES_MAX - 1_000) }),
    detail: `cut, since the record has ${bytes} bytes and stands in its topic whole; ${rest.detail}`,
  };
}
