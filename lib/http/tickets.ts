import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { isOrderId, isSku, isUserId } from '../domain/ids.ts';
import type { Ticket } from '../domain/lane.ts';
import { Unavailable } from '../domain/unavailable.ts';

/** Tickets as clients hold them: signed, so that nobody can make one or look into another's queue. */
export interface Tickets {
  sign(ticket: Ticket): Promise<string>;
  /** Undefined for what this shop did not sign. */
  read(text: string): Promise<Ticket | undefined>;
}

const ALGORITHM = 'HS256';
/** Apart from the tokens of users, whatever they are signed with. */
const TYPE = 'last-one-ticket';

const claims = z.object({
  ord: z.string().refine(isOrderId),
  sub: z.string().refine(isUserId),
  fp: z.string(),
  sku: z.string().refine(isSku),
  at: z.tuple([z.int().min(0), z.int().min(0)]).optional(),
});

/**
 * The same ticket is signed the same way each time. The secret is asked for when it is needed; a shop
 * that has none gives no ticket, as one without Kafka, and has given none.
 */
export function ticketsSignedWith(secret: () => string | undefined): Tickets {
  const keyOf = (text: string): Uint8Array => new TextEncoder().encode(text);
  return {
    sign: async ({ orderId, userId, fingerprint, sku, place }) => {
      const own = secret();
      if (own === undefined) throw new Unavailable('kafka', 'none', new Error('no ticket secret'));
      return new SignJWT({
        ...{ ord: orderId, sub: userId, fp: fingerprint, sku },
        ...(place === undefined ? {} : { at: [place.partition, place.offset] }),
      })
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
        .sign(keyOf(own));
    },
    read: async (text) => {
      const own = secret();
      if (own === undefined) return undefined;
      try {
        const options = { algorithms: [ALGORITHM], typ: TYPE };
        const { payload } = await jwtVerify(text, keyOf(own), options);
        const { ord, sub, fp, sku, at } = claims.parse(payload);
        const place = at && { partition: at[0], offset: at[1] };
        return { orderId: ord, userId: sub, fingerprint: fp, sku, place };
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof z.ZodError) return undefined;
        throw error;
      }
    },
  };
}
