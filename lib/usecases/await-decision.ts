import type { OrderId } from '../domain/ids.ts';
import type { KeyedRequest } from '../domain/keyed-request.ts';
import { type Patience, persistRead } from '../domain/patience.ts';
import { type PlaceOutcome, retoldOrder } from '../domain/placement.ts';
import { Unavailable } from '../domain/unavailable.ts';
import type { Orders } from '../ports/orders.ts';

/** Most orders are decided within the first few looks; a long queue is looked at seldom. */
const LOOK_MS_FIRST = 25;
const LOOK_MS_MAX = 400;
const LOOK_GROWTH = 1.5;

interface Waiting extends KeyedRequest {
  readonly orderId: OrderId;
  readonly waitMsMax?: number | undefined;
}

/**
 * Waits for the turn of an order that queued. Undefined if it does not come in time, or if the store is
 * away: the order goes on waiting without its client, for the broker has it.
 */
export async function awaitDecision(
  orders: Pick<Orders, 'decision'>,
  order: Waiting,
  patience: Patience,
): Promise<
  Extract<PlaceOutcome, { kind: 'placed' | 'replayed' | 'mismatched' | 'rejected' }> | undefined
> {
  const endMs = patience.nowMs() + (order.waitMsMax ?? 0);
  for (let lookMs = LOOK_MS_FIRST; ; lookMs = Math.min(lookMs * LOOK_GROWTH, LOOK_MS_MAX)) {
    const leftMs = endMs - patience.nowMs();
    if (leftMs <= 0) return undefined;
    const kept = await decisionOf(orders, order, patience);
    if (kept === 'unavailable') return undefined;
    if (kept !== undefined) return retoldOrder(kept, order, 'placed');
    if (!(await patience.pause(Math.min(lookMs, leftMs)))) return undefined;
  }
}

async function decisionOf(
  orders: Pick<Orders, 'decision'>,
  { orderId }: Waiting,
  patience: Patience,
): Promise<Awaited<ReturnType<Orders['decision']>> | 'unavailable'> {
  try {
    return await persistRead(() => orders.decision(orderId), patience);
  } catch (error) {
    if (error instanceof Unavailable) return 'unavailable';
    throw error;
  }
}
