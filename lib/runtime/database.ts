import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoClient } from '../adapters/dynamodb/client.ts';
import { type Database, database } from '../adapters/dynamodb/database.ts';
import { meter } from '../adapters/dynamodb/meter.ts';
import { shapeIn, tableNames } from '../adapters/dynamodb/tables.ts';
import { countCost } from './tally.ts';
import { callMsMax, type DatabaseConfig } from './timeouts.ts';

/** Middleware for a client; it is added inside of the meter, so that what it does is billed. */
export type ClientPlugin = Parameters<DynamoDBClient['middlewareStack']['use']>[0];

/** A machine's own DynamoDB takes any credentials; AWS takes the function's. */
const local = { region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

/** The shop's tables, with every call counted. */
export function openDatabase(
  config: DatabaseConfig,
  plugins: readonly ClientPlugin[] = harnessPlugins(),
): Database {
  const endpoint = config.DYNAMODB_ENDPOINT;
  const account = endpoint === undefined ? {} : { endpoint, ...local };
  const client = dynamoClient(account, callMsMax(config));
  const tables = tableNames(config.TABLE_PREFIX);
  client.middlewareStack.use(meter({ shapeOf: shapeIn(tables), onCost: countCost }));
  for (const plugin of plugins) client.middlewareStack.use(plugin);
  return database(client, tables);
}

const PLUGINS = Symbol.for('last-one.client-plugins');
const shared = globalThis as { [PLUGINS]?: readonly ClientPlugin[] };

/**
 * Puts middleware into every client that this process opens from now on. It stands on the global
 * object because an emulator bundles each function by itself, and all of them have to meet the same
 * one; nothing on AWS calls this.
 */
export function usePlugins(plugins: readonly ClientPlugin[]): void {
  shared[PLUGINS] = plugins;
}

const harnessPlugins = (): readonly ClientPlugin[] => shared[PLUGINS] ?? [];
