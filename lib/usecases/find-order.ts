import { isOrderId, type UserId } from '../domain/ids.ts';
import { type Order, orderAt } from '../domain/order.ts';
import { type Patience, persistRead } from '../domain/patience.ts';
import type { Orders } from '../ports/orders.ts';

/** The order as it reads now; another user's order is as good as none, and so is no order id. */
export async function findOrder(
  { orders }: { readonly orders: Pick<Orders, 'find'> },
  { orderId, userId }: { readonly orderId: string; readonly userId: UserId },
  patience: Patience,
): Promise<Order | undefined> {
  if (!isOrderId(orderId)) return undefined;
  const stored = await persistRead(() => orders.find(orderId), patience);
  if (stored?.userId !== userId) return undefined;
  return orderAt(stored.order, patience.nowMs());
}
