import { relayOrderChanges } from '../lib/messaging/relay-order-changes.ts';
import { relay } from '../lib/runtime/consumer.ts';
import { relaying } from '../lib/runtime/relaying.ts';

/** Tells what becomes of orders, change by change, to whoever reads the topic of order events. */
export const handler = relay('relay-events', (changes, patience) =>
  relayOrderChanges(relaying, changes, patience),
);
