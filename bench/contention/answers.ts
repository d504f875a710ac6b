/**
 * What DynamoDB sends over the wire when it turns a request away, made here instead of there.
 *
 * They are HTTP responses and not exceptions, because every bundle has exception classes of its
 * own: an answer given inside the client's deserializer becomes an instance of the client's class,
 * which is the one that `instanceof` knows. Codes and messages are those that AWS documents for
 * `TransactionCanceledException` and `TransactionConflictException` (API_TransactWriteItems in the
 * API reference of DynamoDB).
 */
export interface ForgedResponse {
  readonly statusCode: 400;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Why an item of a transaction was turned away; `None`: it was not. */
export type ReasonCode = 'None' | 'TransactionConflict' | 'ThrottlingError';

const ongoing = 'Transaction is ongoing for the item.';
const throttled =
  'Throughput exceeds the current capacity of your table or index. DynamoDB is automatically ' +
  'scaling your table or index so please try again shortly. If exceptions persist, check if you ' +
  'have a hot key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/' +
  'bp-partition-key-design.html.';

const messages: Readonly<Record<ReasonCode, string | undefined>> = {
  None: undefined,
  TransactionConflict: ongoing,
  ThrottlingError: throttled,
};

/** Cancels a transaction; one code for each item, in the order of the request. */
export function cancelledAnswer(codes: readonly ReasonCode[]): ForgedResponse {
  const list = codes.join(', ');
  return refusal('TransactionCanceledException', {
    Message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${list}]`,
    CancellationReasons: codes.map((Code) => ({ Code, Message: messages[Code] })),
  });
}

/** Turns a write of one item away, since a transaction holds the item. */
export const conflictAnswer = (): ForgedResponse =>
  refusal('TransactionConflictException', { message: ongoing });

/** Turns a write of one item away, since its key takes no more units now. */
export const throttledAnswer = (): ForgedResponse =>
  refusal('ThrottlingException', { message: throttled });

function refusal(type: string, body: object): ForgedResponse {
  const text = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, ...body });
  return {
    statusCode: 400,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: new TextEncoder().encode(text),
  };
}
