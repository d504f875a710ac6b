import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
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
export interface Place {
  readonly partition: number;
  readonly offset: number;
  readonly publishedAtMs: number;
}

const queuedBody = z.object({ ticket: z.string() });
const ticketBody = z.object({
  status: z.enum(['QUEUED', 'CONFIRMED', 'REJECTED']),
  code: z.string().optional(),
  order: z.unknown().optional(),
});
const ticketClaims = z.object({ at: z.tuple([z.int(), z.int()]) });

const LOOK_MS_FIRST = 5;
const LOOK_MS_MAX = 100;
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
  const place = placeIn(queued.ticket);
  for (let lookMs = LOOK_MS_FIRST; ; lookMs = Math.min(lookMs * 1.5, LOOK_MS_MAX)) {
    const look = await connections.send({ route: `GET /tickets/${queued.ticket}`, token });
    const told = ticketBody.safeParse(jsonIn(look.text)).data;
    if (told?.status === 'QUEUED' && performance.now() - publishedAtMs < TURN_MS_MAX) {
      await sleep(lookMs);
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

/** A ticket is signed, and not secret. */
function placeIn(ticket: string): Pick<Place, 'partition' | 'offset'> | undefined {
  const [, payload = ''] = ticket.split('.');
  const claims = jsonIn(Buffer.from(payload, 'base64url').toString());
  const at = ticketClaims.safeParse(claims).data?.at;
  return at && { partition: at[0], offset: at[1] };
}
