import { problem } from '../lib/http/problems.ts';
import { noContent } from '../lib/http/reply.ts';
import { routes } from '../lib/http/routes.ts';
import { handle } from '../lib/runtime/edge.ts';
import { app } from '../lib/runtime/store.ts';
import { removeCartItem } from '../lib/usecases/remove-cart-item.ts';

/** Removes a product from the user's cart. */
export const handler = handle(routes.removeCartItem, async ({ patience, user, param }) => {
  const outcome = await removeCartItem(app, user.userId, param('sku'), patience);
  switch (outcome.kind) {
    case 'removed':
      return noContent();
    case 'contended':
      return problem('contended');
  }
});
