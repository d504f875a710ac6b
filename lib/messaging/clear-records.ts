import type { Patience } from '../domain/patience.ts';
import { clearCarts, type ClearCartsDeps } from '../usecases/clear-carts.ts';
import type { Consumed } from './consume.ts';
import type { ConsumedRecord } from './consumed-record.ts';
import { readEvent } from './order-event-record.ts';
import { readRecords } from './read-records.ts';

/** Records of the topic of order events, read and taken out of the carts. */
export const clearRecords = (
  deps: ClearCartsDeps,
  records: readonly ConsumedRecord[],
  patience: Patience,
): Promise<Consumed> => clearCarts(deps, readRecords(records, readEvent, patience), patience);
