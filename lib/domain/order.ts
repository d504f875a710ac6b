import type { OrderId, PaymentId, Sku } from './ids.ts';
import type { Offer } from './product.ts';
import type { Line } from './stock.ts';

export type OrderStatus = 'PENDING_PAYMENT' | 'PAID' | 'EXPIRED' | 'CANCELLED' | 'REFUNDED';

/** A line with the name and the price that it was sold under. */
export interface OrderLine extends Line {
  readonly name: string;
  readonly unitPriceMinor: number;
}

/** The order as contract.md shows it: money in minor units, times in RFC 3339 UTC. */
export interface Order {
  readonly orderId: OrderId;
  readonly status: OrderStatus;
  readonly lines: readonly OrderLine[];
  readonly totalMinor: number;
  readonly currency: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  /** Stays when a paid order is refunded. */
  readonly paymentId?: PaymentId;
  readonly paidAt?: string;
  readonly expiredAt?: string;
}

/** An order that still sets units aside. */
export type HeldOrder = Pick<Order, 'orderId' | 'lines' | 'expiresAt'>;

export interface OrderDraft {
  readonly orderId: OrderId;
  readonly lines: readonly Line[];
  readonly offers: ReadonlyMap<Sku, Offer>;
  readonly currency: string;
  readonly nowMs: number;
  readonly reservationMs: number;
}

/** Prices the lines and sets the reservation's end. Every line's offer must be there. */
export function pendingOrder(draft: OrderDraft): Order {
  const lines = draft.lines.map(({ sku, quantity }) => {
    const offer = draft.offers.get(sku);
    if (offer === undefined) throw new Error(`no offer for ${sku}`);
    return { sku, name: offer.name, quantity, unitPriceMinor: offer.priceMinor };
  });
  return pendingOrderOf({ ...draft, lines });
}

/** The same for lines that have their prices. */
export const pendingOrderOf = ({
  orderId,
  lines,
  currency,
  nowMs,
  reservationMs,
}: Omit<OrderDraft, 'lines' | 'offers'> & { readonly lines: readonly OrderLine[] }): Order => ({
  orderId,
  status: 'PENDING_PAYMENT',
  lines,
  totalMinor: lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0),
  currency,
  createdAt: new Date(nowMs).toISOString(),
  expiresAt: new Date(nowMs + reservationMs).toISOString(),
});

/** The reply that is kept with the order: its snapshot at the moment it was placed. */
export const replyOf = (order: Order): string => JSON.stringify(order);

/**
 * The order as it reads at a moment: past its end an unpaid one is expired, swept or not.
 * It expired when its reservation ended, not when somebody noticed.
 */
export function orderAt(order: Order, nowMs: number): Order {
  if (order.status !== 'PENDING_PAYMENT' || nowMs < Date.parse(order.expiresAt)) return order;
  return { ...order, status: 'EXPIRED', expiredAt: order.expiresAt };
}
