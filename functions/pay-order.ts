import { problem } from '../lib/http/problems.ts';
import { keptJson } from '../lib/http/reply.ts';
import { routes } from '../lib/http/routes.ts';
import { payOrderBody } from '../lib/http/schemas.ts';
import { handle } from '../lib/runtime/edge.ts';
import { app } from '../lib/runtime/store.ts';
import { payOrder } from '../lib/usecases/pay-order.ts';

/** Pays an order from the user's balance. */
export const handler = handle(
  routes.payOrder,
  async ({ requestId, patience, user: { userId }, key, body: { orderId } }) => {
    const outcome = await payOrder(app, { ...key, requestId, userId, orderId }, patience);
    const facts = { outcome: outcome.kind, orderId };
    switch (outcome.kind) {
      case 'paid':
      case 'replayed':
        return keptJson(outcome.kind, outcome.reply, { facts });
      case 'mismatched':
        return problem('idempotency-key-reused', { facts });
      case 'unknown':
        return problem('order-not-found', { facts });
      case 'insufficient': {
        const { balanceMinor, requiredMinor } = outcome;
        return problem('insufficient-balance', { members: { balanceMinor, requiredMinor }, facts });
      }
      case 'settled':
        return problem('order-already-paid', { members: { paymentId: outcome.paymentId }, facts });
      case 'expired':
        return problem('order-expired', { facts });
      case 'cancelled':
        return problem('order-cancelled', { facts });
      case 'contended':
        return problem('contended', { facts });
    }
  },
  payOrderBody,
);
