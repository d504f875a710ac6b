import { problem } from '../lib/http/problems.ts';
import { keptJson } from '../lib/http/reply.ts';
import { routes } from '../lib/http/routes.ts';
import { chargeBalanceBody } from '../lib/http/schemas.ts';
import { handle } from '../lib/runtime/edge.ts';
import { app } from '../lib/runtime/store.ts';
import { chargeBalance } from '../lib/usecases/charge-balance.ts';

/** Adds money to the user's balance. */
export const handler = handle(
  routes.chargeBalance,
  async ({ requestId, patience, user: { userId }, key, body }) => {
    const outcome = await chargeBalance(app, { ...key, ...body, requestId, userId }, patience);
    const facts = { outcome: outcome.kind };
    switch (outcome.kind) {
      case 'charged':
      case 'replayed':
        return keptJson(outcome.kind, outcome.reply, { facts });
      case 'mismatched':
        return problem('idempotency-key-reused', { facts });
      case 'overfull':
        return problem('balance-limit', { facts });
      case 'claimed': {
        const { chargeId } = outcome;
        const members = outcome.userId === userId ? { chargeId } : {};
        return problem('provider-ref-used', { members, facts });
      }
      case 'contended':
        return problem('contended', { facts });
    }
  },
  chargeBalanceBody,
);
