import { ticketsSignedWith } from '../http/tickets.ts';
import { loadConfig } from './config.ts';

/** The shop's tickets; the secret is only needed where a product is `kafka-keyed`. */
export const tickets = ticketsSignedWith(() => {
  const { TICKET_SECRET } = loadConfig();
  if (TICKET_SECRET === undefined) throw new Error('TICKET_SECRET is not set');
  return TICKET_SECRET;
});
