import { etagOf } from '../lib/http/preconditions.ts';
import { problem } from '../lib/http/problems.ts';
import { json } from '../lib/http/reply.ts';
import { routes } from '../lib/http/routes.ts';
import { productView } from '../lib/http/views.ts';
import { handle } from '../lib/runtime/edge.ts';
import { app } from '../lib/runtime/store.ts';
import { findProduct } from '../lib/usecases/find-product.ts';

/** The product with its stock at this moment. */
export const handler = handle(routes.getProduct, async ({ patience, param }) => {
  const product = await findProduct(app, param('sku'), patience);
  if (product === undefined) return problem('unknown-sku', { members: { skus: [param('sku')] } });
  return json(200, productView(product, app.currency), {
    headers: { ETag: etagOf(product.catalogueVersion) },
  });
});
