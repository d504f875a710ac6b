import {
  cancelledAnswer,
  conflictAnswer,
  type ReasonCode,
  throttledAnswer,
} from '../../bench/contention/answers.ts';

/** An HTTP answer as the client's deserializer takes it. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A transaction that was cancelled for a reason at its last item. */
const cancelled = (itemCount: number, code: ReasonCode): HttpAnswer =>
  cancelledAnswer([...Array.from({ length: itemCount - 1 }, () => 'None' as const), code]);

/** Somebody else's transaction is at the item; `itemCount` only of a transaction. */
export const conflict = (itemCount?: number): HttpAnswer =>
  itemCount === undefined ? conflictAnswer() : cancelled(itemCount, 'TransactionConflict');

/** More was asked of an item than it gives; `itemCount` only of a transaction. */
export const throttled = (itemCount?: number): HttpAnswer =>
  itemCount === undefined ? throttledAnswer() : cancelled(itemCount, 'ThrottlingError');

/** The engine failed; whether it carried the call out first, it does not say. */
export const internalError = (): HttpAnswer => ({
  statusCode: 500,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: Buffer.from(
    JSON.stringify({
      __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError',
      message: 'Internal server error',
    }),
  ),
});
