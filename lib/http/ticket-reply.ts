import type { OrderId } from '../domain/ids.ts';
import type { TicketOutcome } from '../usecases/find-ticket.ts';
import type { ProblemCode } from './problem-types.ts';
import { problem } from './problems.ts';
import { type Facts, json, type Reply } from './reply.ts';
import { shortagesView } from './views.ts';

/** A poll a second is enough for a person, and cheap for the shop. */
const RETRY_SECONDS = '1';

/** The answer to an order that queued: where to ask what became of it. */
export const queuedReply = (ticket: string, orderId: OrderId, facts: Facts): Reply =>
  json(
    202,
    { ticket, orderId, status: 'QUEUED' },
    { headers: { Location: `/tickets/${ticket}`, 'Retry-After': RETRY_SECONDS }, facts },
  );

/** What a ticket tells. */
export function ticketReply(orderId: OrderId, outcome: TicketOutcome): Reply {
  const facts = { outcome: outcome.kind, orderId };
  const rejected = (code: ProblemCode, members = {}) =>
    json(200, { orderId, status: 'REJECTED', code, ...members }, { facts });
  switch (outcome.kind) {
    case 'queued': {
      const { position } = outcome;
      const waiting = {
        orderId,
        status: 'QUEUED',
        ...(position === undefined ? {} : { position }),
      };
      return json(200, waiting, { headers: { 'Retry-After': RETRY_SECONDS }, facts });
    }
    case 'confirmed':
      return json(200, { orderId, status: 'CONFIRMED', order: outcome.order }, { facts });
    case 'short':
      return rejected('insufficient-stock', { shortages: shortagesView(outcome.shortages) });
    case 'mismatched':
      return rejected('idempotency-key-reused');
    case 'foreign':
      return problem('ticket-not-found');
  }
}
