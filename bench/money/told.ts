import { z } from 'zod';
import { jsonIn } from '../race/told.ts';
import type { Asked } from './asked.ts';

/** What an answer says has become of a request to move money. */
export type Told =
  | {
      readonly kind: 'done';
      /** Empty if the answer names no entry. */
      readonly entryId: string;
      /** Without a sign, as charges and payments tell it. */
      readonly amountMinor: number;
      readonly balanceMinor: number;
      readonly replayed: boolean;
      readonly text: string;
    }
  /** By status and problem code: nothing happened. */
  | { readonly kind: 'refused'; readonly name: string }
  | {
      readonly kind: 'other';
      /** Whether money may have moved all the same. */
      readonly unsettled: boolean;
      readonly name: string;
      readonly text: string;
    };

/** A request and what was told of it. */
export interface Answered {
  readonly asked: Asked;
  readonly told: Told;
}

const doneBody = z.object({
  paymentId: z.string().optional(),
  chargeId: z.string().optional(),
  amountMinor: z.number(),
  balanceMinor: z.number(),
});
const problemBody = z.object({ code: z.string() });

/** Reads an answer to `POST /charges` or `POST /payments`. */
export function toldBy(answer: { status: number; text: string; replayed: boolean }): Told {
  const { status, text, replayed } = answer;
  const body = jsonIn(text);
  if (status === 201) {
    const done = doneBody.safeParse(body).data;
    return {
      kind: 'done',
      // A 201 that names no entry claims an effect too: one that can't be found.
      entryId: done?.paymentId ?? done?.chargeId ?? '',
      amountMinor: done?.amountMinor ?? 0,
      balanceMinor: done?.balanceMinor ?? 0,
      replayed,
      text,
    };
  }
  const code = problemBody.safeParse(body).data?.code;
  const name = status === 0 ? text : [status, code].join(' ').trim();
  if (status >= 400 && status < 500 && status !== 429) return { kind: 'refused', name };
  const unsettled = status !== 429 && code !== 'contended';
  return { kind: 'other', unsettled, name, text };
}
