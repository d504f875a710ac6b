import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

const CONNECT_MS_MAX = 300;

/**
 * A client that gives up in time and never retries by itself: `persist` does, since only it can
 * tell what an attempt of unknown fate means. Without `throwOnRequestTimeout` the SDK merely warns.
 */
export const dynamoClient = (config: DynamoDBClientConfig, callMsMax: number): DynamoDBClient =>
  new DynamoDBClient({
    ...config,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_MS_MAX,
      requestTimeout: callMsMax,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
    },
  });

/** More than `Database` ever has in flight, so that a call never waits for a socket unseen. */
const SOCKETS_MAX = 64;
