import { problem } from '../lib/http/problems.ts';
import { routes } from '../lib/http/routes.ts';
import { ticketReply } from '../lib/http/ticket-reply.ts';
import { handle } from '../lib/runtime/edge.ts';
import { app } from '../lib/runtime/store.ts';
import { tickets } from '../lib/runtime/tickets.ts';
import { findTicket } from '../lib/usecases/find-ticket.ts';

/** What became of an order that queued. */
export const handler = handle(routes.getTicket, async ({ patience, user, param }) => {
  const ticket = await tickets.read(param('ticket'));
  if (ticket === undefined) return problem('ticket-not-found');
  const outcome = await findTicket(app, { ticket, userId: user.userId }, patience);
  return ticketReply(ticket.orderId, outcome);
});
