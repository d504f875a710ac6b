import type { Patience } from '../domain/patience.ts';
import { settleOrders, type SettleOrdersDeps } from '../usecases/settle-orders.ts';
import type { Consumed } from './consume.ts';
import type { ConsumedRecord } from './consumed-record.ts';
import { deadLetterOf } from './dead-letter.ts';
import { readOrder } from './order-record.ts';

/** Records of the orders' topic, read and settled. */
export const settleRecords = (
  deps: SettleOrdersDeps,
  records: readonly ConsumedRecord[],
  patience: Patience,
): Promise<Consumed> => {
  const at = new Date(patience.nowMs()).toISOString();
  const read = records.map((record) => ({
    place: record,
    content: readOrder(record),
    letter: deadLetterOf(record, at),
  }));
  return settleOrders(deps, read, patience);
};
