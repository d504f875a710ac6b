import { changedAt, eventsOf, type RecordedOrder } from '../domain/order-event.ts';
import { type Patience, persistRead } from '../domain/patience.ts';
import type { HistoryPosition, OrderEvents, OrderHistory } from '../ports/order-events.ts';

/** How far a replay is. */
export interface ReplayProgress {
  /** Rows that were looked at. */
  readonly orders: number;
  /** Those that changed since the time that was asked for. */
  readonly changed: number;
  readonly events: number;
  /** Rows that tell nothing, by their ids, with the reason. */
  readonly unreadable: readonly string[];
}

/**
 * A row is written some moments after the time that it tells of its change, at most a request's or a
 * batch's; what changed just before is told too, since telling it again is harmless.
 */
const SLACK_MS = 60_000;

/**
 * Tells the events of all orders that changed since a moment again, from their rows: each with all
 * that became of it, in its order. For what a stream lost, or a reader that begins anew; whoever met
 * an event knows it by its id. Throws on an outage, and may then be begun again from the start.
 */
export async function replayEvents(
  { history, events }: { readonly history: OrderHistory; readonly events: OrderEvents },
  sinceMs: number,
  newPatience: () => Patience,
  onProgress: (progress: ReplayProgress) => void = () => undefined,
): Promise<ReplayProgress> {
  const since = new Date(sinceMs - SLACK_MS).toISOString();
  let progress: ReplayProgress = { orders: 0, changed: 0, events: 0, unreadable: [] };
  let after: HistoryPosition | undefined;
  do {
    const { rows, next } = await persistRead(() => history.page(after), newPatience());
    const changed: RecordedOrder[] = [];
    const unreadable: string[] = [];
    for (const row of rows) {
      if (row.kind === 'unreadable') unreadable.push(`${row.orderId}: ${row.why}`);
      else {
        try {
          if (changedAt(row.recorded) >= since) changed.push(row.recorded);
        } catch (error) {
          const { recorded } = row;
          const { orderId } = recorded.kind === 'order' ? recorded.order : recorded;
          unreadable.push(`${orderId}: ${String(error)}`);
        }
      }
    }
    const told = changed.flatMap(eventsOf);
    await events.publish(told);
    progress = {
      orders: progress.orders + rows.length,
      changed: progress.changed + changed.length,
      events: progress.events + told.length,
      unreadable: [...progress.unreadable, ...unreadable],
    };
    onProgress(progress);
    after = next;
  } while (after !== undefined);
  return progress;
}
