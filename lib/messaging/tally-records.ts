import type { Patience } from '../domain/patience.ts';
import { tallySales, type TallySalesDeps } from '../usecases/tally-sales.ts';
import type { Consumed } from './consume.ts';
import type { ConsumedRecord } from './consumed-record.ts';
import { readEvent } from './order-event-record.ts';
import { readRecords } from './read-records.ts';

/** Records of the topic of order events, read and counted. */
export const tallyRecords = (
  deps: TallySalesDeps,
  records: readonly ConsumedRecord[],
  patience: Patience,
): Promise<Consumed> => tallySales(deps, readRecords(records, readEvent, patience), patience);
