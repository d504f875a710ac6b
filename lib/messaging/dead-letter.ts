import { createHash } from 'node:crypto';
import { base32 } from '../domain/base32.ts';
import type { DeadLetterId } from '../domain/ids.ts';
import type { Poison } from '../domain/poison.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import type { ConsumedRecord } from './consumed-record.ts';

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

export function deadLetterIdOf({
  topic,
  partition,
  offset,
}: Pick<ConsumedRecord, 'topic' | 'partition' | 'offset'>): DeadLetterId {
  const digest = createHash('sha256')
    .update(JSON.stringify([topic, partition, offset]))
    .digest();
  return base32(digest).slice(0, 26) as DeadLetterId;
}
