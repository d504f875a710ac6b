import { changedAt, eventsOf, type OrderEvent } from '../domain/order-event.ts';
import { type Patience, persistRead } from '../domain/patience.ts';
import type {
  HistoryPosition,
  HistoryRow,
  OrderEvents,
  OrderHistory,
} from '../ports/order-events.ts';

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

export interface ReplayEventsDeps {
  readonly history: OrderHistory;
  readonly events: OrderEvents;
  /** Why readers could not read an event; undefined if they could. */
  readonly faultIn: (event: OrderEvent) => string | undefined;
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
  { history, events, faultIn }: ReplayEventsDeps,
  sinceMs: number,
  newPatience: () => Patience,
  onProgress: (progress: ReplayProgress) => void = () => undefined,
): Promise<ReplayProgress> {
  const since = new Date(sinceMs - SLACK_MS).toISOString();
  let progress: ReplayProgress = { orders: 0, changed: 0, events: 0, unreadable: [] };
  let after: HistoryPosition | undefined;
  do {
    const { rows, next } = await persistRead(() => history.page(after), newPatience());
    const changed: OrderEvent[][] = [];
    const unreadable: string[] = [];
    for (const row of rows) {
      const read = toldBy(row, faultIn);
      if (read.kind === 'unreadable') unreadable.push(`${read.orderId}: ${read.why}`);
      else if (read.changedAt >= since) changed.push(read.events);
    }
    const told = changed.flat();
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

type Unreadable = Extract<HistoryRow, { kind: 'unreadable' }>;

/** What a row tells, or why nothing of it may be told: what readers can't read becomes poison there. */
function toldBy(
  row: HistoryRow,
  faultIn: ReplayEventsDeps['faultIn'],
):
  | { readonly kind: 'read'; readonly events: OrderEvent[]; readonly changedAt: string }
  | Unreadable {
  if (row.kind === 'unreadable') return row;
  const { recorded } = row;
  const { orderId } = recorded.kind === 'order' ? recorded.order : recorded;
  try {
    const events = eventsOf(recorded);
    const why = events.map(faultIn).find((one) => one !== undefined);
    if (why !== undefined) return { kind: 'unreadable', orderId, why };
    return { kind: 'read', events, changedAt: changedAt(recorded) };
  } catch (error) {
    return { kind: 'unreadable', orderId, why: String(error) };
  }
}
