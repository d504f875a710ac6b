import type { Config } from './config.ts';

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
  /** One call to DynamoDB; a request has room for a second try before it must tell an outage. */
  callMs: 1_000,
  /** An emulator that shares two cores with a crowd stalls longer than DynamoDB does: one long try. */
  emulatorCallMs: 2_000,
  /** A consumer's function, and how long it goes on trying within a batch. */
  consumerMs: 60_000,
  batchMs: 45_000,
} as const;

/** What names the database, and how long it may take. */
export type DatabaseConfig = Pick<Config, 'DYNAMODB_ENDPOINT' | 'TABLE_PREFIX'> &
  Partial<Pick<Config, 'DYNAMODB_CALL_MS_MAX'>>;

/** How long one call to the database may take. */
export const callMsMax = (config: Omit<DatabaseConfig, 'TABLE_PREFIX'>): number =>
  config.DYNAMODB_CALL_MS_MAX ??
  (config.DYNAMODB_ENDPOINT === undefined ? timeouts.callMs : timeouts.emulatorCallMs);
