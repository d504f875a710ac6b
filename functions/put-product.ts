import { etagOf, readPreconditions } from '../lib/http/preconditions.ts';
import { problem } from '../lib/http/problems.ts';
import { json } from '../lib/http/reply.ts';
import { routes } from '../lib/http/routes.ts';
import { putProductBody } from '../lib/http/schemas.ts';
import { managedProductView } from '../lib/http/views.ts';
import { handle } from '../lib/runtime/edge.ts';
import { app } from '../lib/runtime/store.ts';
import { changeProduct } from '../lib/usecases/change-product.ts';

/** Creates a product, or changes what it is sold as. */
export const handler = handle(
  routes.putProduct,
  async ({ requestId, patience, headers, body, param }) => {
    const sku = param('sku');
    const change = { ...body, ...readPreconditions(headers), sku, requestId };
    const outcome = await changeProduct(app, change, patience);
    switch (outcome.kind) {
      case 'created':
      case 'changed':
        return json(
          outcome.kind === 'created' ? 201 : 200,
          managedProductView(outcome.product, app.currency),
          { headers: { ETag: etagOf(outcome.product.catalogueVersion) } },
        );
      case 'unknown':
        return problem('unknown-sku', { members: { skus: [sku] } });
      case 'stale':
        return problem('stale');
      case 'unconditional':
        return problem('precondition-required');
      case 'contended':
        return problem('contended');
    }
  },
  putProductBody,
);
