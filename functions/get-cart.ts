import { json } from '../lib/http/reply.ts';
import { routes } from '../lib/http/routes.ts';
import { cartView } from '../lib/http/views.ts';
import { handle } from '../lib/runtime/edge.ts';
import { app } from '../lib/runtime/store.ts';
import { findCart } from '../lib/usecases/find-cart.ts';

/** What the user means to order. */
export const handler = handle(routes.getCart, async ({ patience, user }) =>
  json(200, cartView(await findCart(app, user.userId, patience))),
);
