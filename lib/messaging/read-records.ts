import type { Patience } from '../domain/patience.ts';
import type { ConsumedRecord } from './consumed-record.ts';
import { deadLetterOf } from './dead-letter.ts';

/** Records as a use case takes them: where each stands, what is in it, and the letter it may become. */
export const readRecords = <Content>(
  records: readonly ConsumedRecord[],
  read: (record: ConsumedRecord) => Content,
  patience: Patience,
) => {
  const at = new Date(patience.nowMs()).toISOString();
  return records.map((record) => ({
    place: record,
    content: read(record),
    letter: deadLetterOf(record, at),
  }));
};
