import type { Poison } from '../domain/poison.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import type { ConsumedRecord } from './consumed-record.ts';
import { deadLetterIdOf } from './dead-letter-id.ts';

/** The letter that a record becomes when it is given up: the same each time that the record comes. */
export const deadLetterOf =
  (record: ConsumedRecord, at: string) =>
  ({ reason, detail }: Poison): DeadLetter => ({
    ...record,
    deadLetterId: deadLetterIdOf(record),
    reason,
    detail,
    at,
  });
