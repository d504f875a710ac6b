import { z } from 'zod';
import type { Cost } from '../../lib/ports/cost.ts';

/** What an answer says has become of an order. */
export type Told =
  | { readonly kind: 'accepted'; readonly orderId: string }
  | { readonly kind: 'refused' }
  | {
      readonly kind: 'other';
      /** Whether units may have been taken all the same: no answer, or a 5xx but `contended`. */
      readonly unsettled: boolean;
      /** Status and problem code, to group such answers by. */
      readonly name: string;
    };

const acceptedBody = z.object({ orderId: z.string() });
const problemBody = z.object({ code: z.string() });

/** Reads an answer to `POST /orders`. */
export function toldBy({ status, text }: { status: number; text: string }): Told {
  const body = jsonIn(text);
  if (status === 201) {
    // A 201 without an order's id is a sale too: one whose order nobody can read.
    return { kind: 'accepted', orderId: acceptedBody.safeParse(body).data?.orderId ?? '' };
  }
  const code = problemBody.safeParse(body).data?.code;
  if (status === 409 && code === 'insufficient-stock') return { kind: 'refused' };
  return {
    kind: 'other',
    unsettled: status === 0 || (status >= 500 && code !== 'contended'),
    name: status === 0 ? text : [status, code].join(' ').trim(),
  };
}

/** A cost as the shop shows it, in a header and in its log. */
export const shownCost = z
  .object({
    requests: z.number(),
    writeUnits: z.number(),
    readUnits: z.number(),
    transactions: z.number(),
    itemWrites: z.record(z.string(), z.number()),
    redisCommands: z.number().optional(),
  })
  .transform(({ redisCommands, ...rest }): Cost =>
    redisCommands === undefined ? rest : { ...rest, redisCommands },
  );

/** Reads the header `X-Cost`; nothing if the shop does not show it. */
export const costIn = (header: string | undefined): Cost | undefined =>
  header === undefined ? undefined : shownCost.safeParse(jsonIn(header)).data;

/** The JSON value in a text; undefined if it holds none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
