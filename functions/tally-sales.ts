import { tallyRecords } from '../lib/messaging/tally-records.ts';
import { consume } from '../lib/runtime/consumer.ts';
import { app } from '../lib/runtime/store.ts';

/** Counts what was paid, by day and product, from the events of orders. */
export const handler = consume('tally-sales', (records, patience) =>
  tallyRecords(app, records, patience),
);
