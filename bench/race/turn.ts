import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { placeInTicket, type TicketPlace } from '../../localstack/shop/ticket-place.ts';
import type { Connections, RawAnswer } from './connections.ts';
import { jsonIn } from './told.ts';

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

const LOOK_MS_MIN = 5;
/**
 * The next look comes after this part of the wait so far: it adds no more than that to an order's time,
 * and a great crowd, which waits long, does not keep the shop from deciding by asking.
 */
const LOOK_OF_WAIT = 1 / 8;
/** Longer than a shop takes that is alive. */
const TURN_MS_MAX = 60_000;

/** Follows an order to its final answer; what did not queue has it already. */
export async function settled(
  connections: Connections,
  token: string,
  answer: RawAnswer,
): Promise<Settled> {
  const queued = answer.status === 202 ? queuedBody.safeParse(jsonIn(answer.text)).data : undefined;
  if (queued === undefined) return { token, answer };
  const { sentAtMs, costHeader, endedAtMs: publishedAtMs } = answer;
  const place = placeInTicket(queued.ticket);
  for (;;) {
    const look = await connections.send({ route: `GET /tickets/${queued.ticket}`, token });
    const told = ticketBody.safeParse(jsonIn(look.text)).data;
    const waitedMs = performance.now() - publishedAtMs;
    // A server may shut a connection in the very moment in which it is used again: that says nothing.
    const isOpen = look.status === 0 || told?.status === 'QUEUED';
    if (isOpen && waitedMs < TURN_MS_MAX) {
      await sleep(Math.max(LOOK_MS_MIN, waitedMs * LOOK_OF_WAIT));
      continue;
    }
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
