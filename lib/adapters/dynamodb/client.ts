import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** How long one call may take; a request's deadline has room for a second try. */
export const CALL_MS_MAX = 1_000;
export const CONNECT_MS_MAX = 300;

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
      requestTimeout: CALL_MS_MAX,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
    },
  });

/** More than `Database` ever has in flight, so that a call never waits for a socket unseen. */
const SOCKETS_MAX = 64;
