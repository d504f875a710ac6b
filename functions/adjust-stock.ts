import { problem } from '../lib/http/problems.ts';
import { keptJson } from '../lib/http/reply.ts';
import { routes } from '../lib/http/routes.ts';
import { adjustStockBody } from '../lib/http/schemas.ts';
import { handle } from '../lib/runtime/edge.ts';
import { app } from '../lib/runtime/store.ts';
import { adjustStock } from '../lib/usecases/adjust-stock.ts';

/** Restocks a product, or writes units off. */
export const handler = handle(
  routes.adjustStock,
  async ({ requestId, patience, key, body, param }) => {
    const sku = param('sku');
    const outcome = await adjustStock(app, { ...key, requestId, sku, units: body.units }, patience);
    const facts = { outcome: outcome.kind };
    switch (outcome.kind) {
      case 'adjusted':
      case 'replayed':
        return keptJson(outcome.kind, outcome.reply, { facts });
      case 'mismatched':
        return problem('idempotency-key-reused', { facts });
      case 'unknown':
        return problem('unknown-sku', { members: { skus: [sku] }, facts });
      case 'insufficient': {
        const { availableUnits } = outcome;
        const shortages = [{ sku, requestedUnits: -body.units, availableUnits }];
        return problem('insufficient-stock', { members: { shortages }, facts });
      }
      case 'overfull':
        return problem('stock-limit', { facts });
      case 'contended':
        return problem('contended', { facts });
    }
  },
  adjustStockBody,
);
