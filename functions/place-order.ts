import { problem } from '../lib/http/problems.ts';
import { preferredWaitMs } from '../lib/http/prefer.ts';
import { keptJson } from '../lib/http/reply.ts';
import { routes } from '../lib/http/routes.ts';
import { placeOrderBody } from '../lib/http/schemas.ts';
import { queuedReply } from '../lib/http/ticket-reply.ts';
import { shortagesView } from '../lib/http/views.ts';
import { handle } from '../lib/runtime/edge.ts';
import { selling } from '../lib/runtime/selling.ts';
import { tickets } from '../lib/runtime/tickets.ts';
import { placeOrder } from '../lib/usecases/place-order.ts';

/** Sets the stock aside under an order that the customer can pay. */
export const handler = handle(
  routes.placeOrder,
  async ({ requestId, patience, headers, user, key, body }) => {
    const waitMsMax = preferredWaitMs(headers);
    const command = { ...key, requestId, userId: user.userId, lines: body.lines, waitMsMax };
    const outcome = await placeOrder(selling, command, patience);
    const { kind, strategy, orderId } = outcome;
    const facts = { outcome: kind, strategy, orderId };
    switch (outcome.kind) {
      case 'placed':
      case 'replayed':
        return keptJson(kind, outcome.reply, {
          headers: { Location: `/orders/${orderId}` },
          facts,
        });
      case 'queued':
        return queuedReply(await tickets.sign(outcome.ticket), orderId, facts);
      case 'mismatched':
        return problem('idempotency-key-reused', { facts });
      case 'unknown':
        return problem('unknown-sku', { members: { skus: outcome.skus }, facts });
      case 'insufficient':
      case 'rejected': {
        const shortages = shortagesView(outcome.shortages);
        return problem('insufficient-stock', { members: { shortages }, facts });
      }
      case 'contended':
        return problem('contended', { facts });
    }
  },
  placeOrderBody,
);
