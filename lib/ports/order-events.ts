import type { OrderEvent, RecordedOrder } from '../domain/order-event.ts';

/** The way by which others hear of orders. */
export interface OrderEvents {
  /**
   * Resolves once all of them are out for good, those of one order in their order. Throws on an
   * outage: some may be out, and telling them again is harmless, since their ids are the same.
   */
  publish(events: readonly OrderEvent[]): Promise<void>;
}

/** A row of the orders' table, or why it tells nothing. */
export type HistoryRow =
  | { readonly kind: 'recorded'; readonly recorded: RecordedOrder }
  | { readonly kind: 'unreadable'; readonly orderId: string; readonly why: string };

/** Where a page of the history ended; only the store that gave it knows what it means. */
export type HistoryPosition = Readonly<Record<string, unknown>>;

/** Every order that there ever was. Throws `Unavailable` on an outage. */
export interface OrderHistory {
  /** A page of all rows, in no order; `next` tells whether there are more. */
  page(after: HistoryPosition | undefined): Promise<{
    readonly rows: readonly HistoryRow[];
    readonly next?: HistoryPosition | undefined;
  }>;
}
