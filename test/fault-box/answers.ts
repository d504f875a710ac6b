/** An HTTP answer as the client's deserializer takes it. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** An error as DynamoDB writes it on the wire, so that the client's own deserializer reads it. */
function errorAnswer(statusCode: number, type: string, members: object): HttpAnswer {
  const body = Buffer.from(JSON.stringify({ __type: type, ...members }));
  return {
    statusCode,
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(body.byteLength),
      'x-amzn-requestid': 'FAULTBOX',
    },
    body,
  };
}

const model = 'com.amazonaws.dynamodb.v20120810';
const coral = 'com.amazon.coral.availability';

/** A transaction that was cancelled for a reason at its last item. */
function cancelled(itemCount: number, code: string, message: string): HttpAnswer {
  const none = Array.from({ length: itemCount - 1 }, () => ({ Code: 'None' }));
  const reasons = [...none, { Code: code, Message: message }];
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return errorAnswer(400, `${model}#TransactionCanceledException`, {
    Message:
      'Transaction cancelled, please refer cancellation reasons for specific reasons ' +
      `[${codes}]`,
    CancellationReasons: reasons,
  });
}

/** Somebody else's transaction is at the item; `itemCount` only of a transaction. */
export const conflict = (itemCount?: number): HttpAnswer =>
  itemCount === undefined
    ? errorAnswer(400, `${model}#TransactionConflictException`, {
        message: 'Transaction is ongoing for the item',
      })
    : cancelled(itemCount, 'TransactionConflict', 'Transaction is ongoing for the item');

export const throttled = (itemCount?: number): HttpAnswer =>
  itemCount === undefined
    ? errorAnswer(400, `${coral}#ThrottlingException`, {
        message: 'Throughput exceeds the current capacity of your table or index.',
      })
    : cancelled(itemCount, 'ThrottlingError', 'Throughput exceeds the current capacity.');

export const internalError = (): HttpAnswer =>
  errorAnswer(500, `${model}#InternalServerError`, { message: 'Internal server error' });
