import { json } from '../lib/http/reply.ts';
import { routes } from '../lib/http/routes.ts';
import { readTopQuery } from '../lib/http/top-query.ts';
import { handle } from '../lib/runtime/edge.ts';
import { app } from '../lib/runtime/store.ts';
import { findTopProducts } from '../lib/usecases/find-top-products.ts';

/** The products that sell best. */
export const handler = handle(routes.getTopProducts, async ({ event, patience }) =>
  json(200, { items: await findTopProducts(app, readTopQuery(event), patience) }),
);
