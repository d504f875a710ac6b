interface ProblemType {
  readonly status: number;
  readonly title: string;
  /** What it means and what to do about it, for `GET /problems/{code}`. */
  readonly meaning: string;
}

/** Every problem that the shop tells (RFC 9457). Clients branch on the code, which never changes. */
export const problemTypes = {
  'invalid-request': {
    status: 400,
    title: 'The request is not valid',
    meaning:
      'The body, a parameter or a header is not what the route takes. `errors` names each fault ' +
      'by JSON pointer. Nothing happened; send a corrected request.',
  },
  'idempotency-key-invalid': {
    status: 400,
    title: 'An Idempotency-Key is needed',
    meaning:
      'The route moves money or stock and needs exactly one Idempotency-Key header of 1 to 255 ' +
      'printable ASCII characters. Nothing happened; draw a fresh key for each new operation.',
  },
  unauthenticated: {
    status: 401,
    title: 'A valid token is needed',
    meaning: 'Send exactly one `Authorization: Bearer <JWT>` header with a token in force.',
  },
  'insufficient-balance': {
    status: 402,
    title: 'The balance does not cover the order',
    meaning:
      '`requiredMinor` is the price of the order, `balanceMinor` what you have. Nothing was ' +
      'debited; the key is free, and the same request may succeed after a charge.',
  },
  forbidden: {
    status: 403,
    title: 'The token does not allow this',
    meaning: 'The route is for admins, and the token does not carry the admin scope.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing at this path',
    meaning: 'No route has this path.',
  },
  'unknown-sku': {
    status: 404,
    title: 'No such product',
    meaning: '`skus` names what the shop does not sell. Nothing happened.',
  },
  'order-not-found': {
    status: 404,
    title: 'No such order',
    meaning: 'There is no such order of yours.',
  },
  'ticket-not-found': {
    status: 404,
    title: 'No such ticket',
    meaning: 'There is no such ticket of yours.',
  },
  'dead-letter-not-found': {
    status: 404,
    title: 'No such dead letter',
    meaning: 'No record was given up under this id.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The path does not know this method',
    meaning: 'The header `Allow` names the methods that the path knows.',
  },
  'insufficient-stock': {
    status: 409,
    title: 'Not enough units are left',
    meaning:
      '`shortages` names every line that the stock could not cover. Nothing was taken; the key is ' +
      'free, and the same request may succeed after a restock or when a reservation expires.',
  },
  'stock-limit': {
    status: 409,
    title: 'The stock would pass its limit',
    meaning: 'A product can hold at most 1,000,000,000 units. Nothing changed.',
  },
  'order-already-paid': {
    status: 409,
    title: 'The order was paid before',
    meaning:
      'Each order is paid once; `paymentId` names the payment that did, also if it was refunded ' +
      'since. Nothing was debited.',
  },
  'order-expired': {
    status: 409,
    title: 'The order expired',
    meaning: 'The reservation ended before the order was paid. Nothing was debited; order again.',
  },
  'order-cancelled': {
    status: 409,
    title: 'The order was cancelled',
    meaning: 'A cancelled order stays cancelled. Nothing was debited.',
  },
  'cart-full': {
    status: 409,
    title: 'The cart is full',
    meaning: 'A cart holds at most 100 products. Nothing changed; remove another one first.',
  },
  'balance-limit': {
    status: 409,
    title: 'The balance would pass its limit',
    meaning:
      'A charge may raise a balance to at most 1,000,000,000,000 minor units. Nothing changed.',
  },
  'provider-ref-used': {
    status: 409,
    title: 'The provider reference was credited before',
    meaning:
      'A reference credits a balance once, for ever. `chargeId` names the charge that did, if it ' +
      'is yours. Nothing changed.',
  },
  stale: {
    status: 412,
    title: 'The product is not what you expected',
    meaning: 'Read the product again and send its ETag in `If-Match`. Nothing changed.',
  },
  'too-large': {
    status: 413,
    title: 'The body is too large',
    meaning: 'A body may have at most 16 KiB.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body must be JSON',
    meaning: 'Send the body as `Content-Type: application/json`, in UTF-8 and not encoded.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The Idempotency-Key was used for another request',
    meaning: 'The key belongs to an earlier request with another content. Nothing happened.',
  },
  'precondition-required': {
    status: 428,
    title: 'Say which state you change',
    meaning:
      'The product exists: send the ETag that you read in `If-Match`, so that no change of ' +
      'another admin is lost.',
  },
  'slow-down': {
    status: 429,
    title: 'Too many requests',
    meaning: 'You are over the rate of the gateway. Nothing happened; try again later.',
  },
  internal: {
    status: 500,
    title: 'Something is wrong on our side',
    meaning:
      'The shop failed in a way that it should not. A request that moves money or stock may have ' +
      'been carried out: the same key tells.',
  },
  contended: {
    status: 503,
    title: 'Too many are writing the same item',
    meaning: 'Nothing happened. Try again after the seconds in `Retry-After`, with the same key.',
  },
  unavailable: {
    status: 503,
    title: 'A part of the shop does not answer',
    meaning:
      'It is not known whether the request was carried out. Try again after the seconds in ' +
      '`Retry-After`, with the same key: it settles the request, once.',
  },
} as const satisfies Record<string, ProblemType>;

export type ProblemCode = keyof typeof problemTypes;

export const isProblemCode = (value: string): value is ProblemCode =>
  Object.hasOwn(problemTypes, value);
