import { json } from '../lib/http/reply.ts';
import { routes } from '../lib/http/routes.ts';
import { balanceView } from '../lib/http/views.ts';
import { handle } from '../lib/runtime/edge.ts';
import { app } from '../lib/runtime/store.ts';
import { findBalance } from '../lib/usecases/find-balance.ts';

/** The user's balance at this moment. */
export const handler = handle(routes.getBalance, async ({ patience, user }) => {
  const balance = await findBalance(app, user.userId, patience);
  return json(200, balanceView(balance, app.currency));
});
