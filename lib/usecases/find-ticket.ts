import type { UserId } from '../domain/ids.ts';
import { ordersAhead, type Ticket } from '../domain/lane.ts';
import { type Order, orderAt } from '../domain/order.ts';
import { type Patience, persistRead } from '../domain/patience.ts';
import type { Shortage } from '../domain/stock.ts';
import type { Orders } from '../ports/orders.ts';
import type { Stock } from '../ports/stock.ts';

export type TicketOutcome =
  /** `position`: at most so many orders are still ahead. */
  | { readonly kind: 'queued'; readonly position: number | undefined }
  | { readonly kind: 'confirmed'; readonly order: Order }
  | { readonly kind: 'short'; readonly shortages: readonly Shortage[] }
  /** The key belongs to another request, which came before. */
  | { readonly kind: 'mismatched' }
  /** Another user's. */
  | { readonly kind: 'foreign' };

interface FindTicketDeps {
  readonly orders: Pick<Orders, 'decision'>;
  readonly stock: Pick<Stock, 'shelf'>;
}

/** What became of the order that a ticket was given for. */
export async function findTicket(
  { orders, stock }: FindTicketDeps,
  { ticket, userId }: { readonly ticket: Ticket; readonly userId: UserId },
  patience: Patience,
): Promise<TicketOutcome> {
  const { orderId, fingerprint, sku, place } = ticket;
  if (ticket.userId !== userId) return { kind: 'foreign' };
  const kept = await persistRead(() => orders.decision(orderId), patience);
  if (kept !== undefined) {
    if (kept.fingerprint !== fingerprint) return { kind: 'mismatched' };
    if (kept.order === undefined) return { kind: 'short', shortages: kept.shortages ?? [] };
    return { kind: 'confirmed', order: orderAt(kept.order, patience.nowMs()) };
  }
  // Read later than the order, so that it may be decided by now: the bound is true all the more.
  const shelf = place && (await persistRead(() => stock.shelf(sku), patience));
  return { kind: 'queued', position: place && shelf && ordersAhead(place, shelf) };
}
