import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** How long one call may take; a request has room for a second try before it must tell an outage. */
export const CALL_MS_MAX = 1_000;
/** An emulator that shares two cores with a crowd stalls longer than DynamoDB does: one long try. */
const EMULATOR_CALL_MS_MAX = 2_000;

/** How long one call may take, to AWS or to an emulator at some endpoint. */
export const callMsMax = (endpoint: unknown): number =>
  endpoint === undefined ? CALL_MS_MAX : EMULATOR_CALL_MS_MAX;
const CONNECT_MS_MAX = 300;

/**
 * A client that gives up in time and never retries by itself: `persist` does, since only it can
 * tell what an attempt of unknown fate means. Without `throwOnRequestTimeout` the SDK merely warns.
 */
export const dynamoClient = (config: DynamoDBClientConfig): DynamoDBClient =>
  new DynamoDBClient({
    ...config,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_MS_MAX,
      requestTimeout: callMsMax(config.endpoint),
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
    },
  });

/** More than `Database` ever has in flight, so that a call never waits for a socket unseen. */
const SOCKETS_MAX = 64;
