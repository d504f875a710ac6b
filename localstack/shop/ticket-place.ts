/** A record's place in its topic. */
export interface TicketPlace {
  readonly partition: number;
  readonly offset: number;
}

/**
 * Where an order stands, by its ticket: that is signed, and not secret. For whoever measures or judges;
 * to the shop's clients a ticket is opaque. Undefined for one that was given again for its key, which has
 * no place; throws on what is no ticket.
 */
export function placeInTicket(ticket: unknown): TicketPlace | undefined {
  const [, body = ''] = String(ticket).split('.');
  const { at } = JSON.parse(Buffer.from(body, 'base64url').toString()) as {
    at?: readonly [number, number];
  };
  return at && { partition: at[0], offset: at[1] };
}
