import { CALL_MS_MAX } from '../adapters/dynamodb/client.ts';

/**
 * One ladder of time-outs, each rung well inside the one above, so that the innermost gives up
 * first and can still tell why: API Gateway, function, request, engine call.
 */
export const timeouts = {
  /** API Gateway's own, for REST APIs. */
  apiMs: 29_000,
  functionMs: 25_000,
  /** How long a request may go on trying in a crowd. An outage is told within 3 s all the same. */
  requestMs: 20_000,
  callMs: CALL_MS_MAX,
  /** A consumer's function, and how long it goes on trying within a batch. */
  consumerMs: 60_000,
  batchMs: 45_000,
} as const;
