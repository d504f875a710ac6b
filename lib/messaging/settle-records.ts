import type { Patience } from '../domain/patience.ts';
import { settleOrders, type SettleOrdersDeps } from '../usecases/settle-orders.ts';
import type { Consumed } from './consume.ts';
import type { ConsumedRecord } from './consumed-record.ts';
import { readOrder } from './order-record.ts';
import { readRecords } from './read-records.ts';

/** Records of the orders' topic, read and settled. */
export const settleRecords = (
  deps: SettleOrdersDeps,
  records: readonly ConsumedRecord[],
  patience: Patience,
): Promise<Consumed> => settleOrders(deps, readRecords(records, readOrder, patience), patience);
