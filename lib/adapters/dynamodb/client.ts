import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** AWS is reached in far less. An emulator that is busy with a crowd lets newcomers wait like the others. */
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
      connectionTimeout: config.endpoint === undefined ? CONNECT_MS_MAX : callMsMax,
      requestTimeout: callMsMax,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
    },
  });

/** More than `Database` ever has in flight, so that a call never waits for a socket unseen. */
const SOCKETS_MAX = 64;
