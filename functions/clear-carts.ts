import { clearRecords } from '../lib/messaging/clear-records.ts';
import { consume } from '../lib/runtime/consumer.ts';
import { app } from '../lib/runtime/store.ts';

/** Takes what was ordered out of the carts, from the events of orders. */
export const handler = consume('clear-carts', (records, patience) =>
  clearRecords(app, records, patience),
);
