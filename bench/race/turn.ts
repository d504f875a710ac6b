import { z } from 'zod';
import { placeInTicket, type TicketPlace } from '../../localstack/shop/ticket-place.ts';
import type { Connections, RawAnswer } from './connections.ts';
import { jsonIn } from './told.ts';
import type { Turns } from './turns.ts';

/** An order's final answer; one that queued was read from its ticket. */
export interface Settled {
  readonly token: string;
  /** The last answer; its times are those of the order: first sent, final status read. */
  readonly answer: RawAnswer;
  readonly queued?: Place;
}

/** Where an order queued, and when the shop had published it. */
export interface Place extends TicketPlace {
  readonly publishedAtMs: number;
}

const queuedBody = z.object({ ticket: z.string() });
const ticketBody = z.object({
  status: z.enum(['QUEUED', 'CONFIRMED', 'REJECTED']),
  code: z.string().optional(),
  order: z.unknown().optional(),
});

/** Longer than a shop takes that is alive. */
const TURN_MS_MAX = 60_000;

/** A ticket that was given again has no place; nobody in a race is given one. */
const NOWHERE: TicketPlace = { partition: -1, offset: 0 };

/** Follows an order to its final answer; what did not queue has it already. */
export async function settled(
  connections: Connections,
  turns: Turns,
  token: string,
  answer: RawAnswer,
): Promise<Settled> {
  const queued = answer.status === 202 ? queuedBody.safeParse(jsonIn(answer.text)).data : undefined;
  if (queued === undefined) return { token, answer };
  const { sentAtMs, costHeader, endedAtMs: publishedAtMs } = answer;
  const place = placeInTicket(queued.ticket);
  const turn = turns.join(place ?? NOWHERE);
  for (;;) {
    await turn.toLook();
    const look = await connections.send({ route: `GET /tickets/${queued.ticket}`, token });
    const told = ticketBody.safeParse(jsonIn(look.text)).data;
    // A server may shut a connection in the very moment in which it is used again: that says nothing.
    const isOpen = look.status === 0 || told?.status === 'QUEUED';
    if (isOpen && performance.now() - publishedAtMs < TURN_MS_MAX) continue;
    turn.over();
    return {
      token,
      answer: { ...look, ...asIfDecidedAtOnce(told, look), sentAtMs, costHeader },
      ...(place === undefined ? {} : { queued: { ...place, publishedAtMs } }),
    };
  }
}

/** What the order would have been answered by a strategy that does not queue. */
function asIfDecidedAtOnce(
  told: z.infer<typeof ticketBody> | undefined,
  { text }: RawAnswer,
): Pick<RawAnswer, 'status' | 'text'> {
  switch (told?.status) {
    case 'CONFIRMED':
      return { status: 201, text: JSON.stringify(told.order) };
    case 'REJECTED':
      return { status: 409, text: JSON.stringify({ code: told.code }) };
    case 'QUEUED':
      return { status: 0, text: 'its turn never came' };
    case undefined:
      return { status: 0, text: `no ticket: ${text}` };
  }
}
