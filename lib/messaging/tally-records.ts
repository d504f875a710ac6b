import type { Patience } from '../domain/patience.ts';
import { tallySales, type TallySalesDeps } from '../usecases/tally-sales.ts';
import type { Consumed } from './consume.ts';
import type { ConsumedRecord } from './consumed-record.ts';
import { deadLetterOf } from './dead-letter.ts';
import { readEvent } from './order-event-record.ts';

/** Records of the topic of order events, read and counted. */
export const tallyRecords = (
  deps: TallySalesDeps,
  records: readonly ConsumedRecord[],
  patience: Patience,
): Promise<Consumed> => {
  const at = new Date(patience.nowMs()).toISOString();
  const read = records.map((record) => ({
    place: record,
    content: readEvent(record),
    letter: deadLetterOf(record, at),
  }));
  return tallySales(deps, read, patience);
};
