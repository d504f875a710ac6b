import { ticketsSignedWith } from '../http/tickets.ts';
import { loadConfig } from './config.ts';

/** The shop's tickets; the secret is only needed where a product is `kafka-keyed`. */
export const tickets = ticketsSignedWith(() => loadConfig().TICKET_SECRET);
