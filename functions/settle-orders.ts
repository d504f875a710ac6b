import { settleRecords } from '../lib/messaging/settle-records.ts';
import { consume } from '../lib/runtime/consumer.ts';
import { settling } from '../lib/runtime/settling.ts';

/** Decides the orders that queued, each product's in their turn. */
export const handler = consume('settle-orders', (records, patience) =>
  settleRecords(settling, records, patience),
);
