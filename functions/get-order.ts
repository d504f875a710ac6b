import { problem } from '../lib/http/problems.ts';
import { json } from '../lib/http/reply.ts';
import { routes } from '../lib/http/routes.ts';
import { handle } from '../lib/runtime/edge.ts';
import { app } from '../lib/runtime/store.ts';
import { findOrder } from '../lib/usecases/find-order.ts';

/** The order as it reads now. */
export const handler = handle(routes.getOrder, async ({ patience, user, param }) => {
  const orderId = param('orderId');
  const order = await findOrder(app, { orderId, userId: user.userId }, patience);
  return order === undefined
    ? problem('order-not-found')
    : json(200, { ...order }, { facts: { orderId, outcome: order.status } });
});
