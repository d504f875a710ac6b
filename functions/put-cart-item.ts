import { problem } from '../lib/http/problems.ts';
import { json } from '../lib/http/reply.ts';
import { routes } from '../lib/http/routes.ts';
import { putCartItemBody } from '../lib/http/schemas.ts';
import { handle } from '../lib/runtime/edge.ts';
import { app } from '../lib/runtime/store.ts';
import { putCartItem } from '../lib/usecases/put-cart-item.ts';

/** Puts a product into the user's cart, or changes how many of it are there. */
export const handler = handle(
  routes.putCartItem,
  async ({ patience, user, body, param }) => {
    const item = { sku: param('sku'), quantity: body.quantity };
    const outcome = await putCartItem(app, { userId: user.userId, ...item }, patience);
    switch (outcome.kind) {
      case 'put':
        return json(200, item);
      case 'unknown':
        return problem('unknown-sku', { members: { skus: [item.sku] } });
      case 'full':
        return problem('cart-full');
      case 'contended':
        return problem('contended');
    }
  },
  putCartItemBody,
);
