import { dynamoClient } from '../adapters/dynamodb/client.ts';
import { type Database, database } from '../adapters/dynamodb/database.ts';
import { meter } from '../adapters/dynamodb/meter.ts';
import { shapeIn, tableNames } from '../adapters/dynamodb/tables.ts';
import { type Config } from './config.ts';
import { countCost } from './tally.ts';

/** A machine's own DynamoDB takes any credentials; AWS takes the function's. */
const local = { region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

/** The shop's tables, with every call counted. */
export function openDatabase(config: Pick<Config, 'DYNAMODB_ENDPOINT' | 'TABLE_PREFIX'>): Database {
  const endpoint = config.DYNAMODB_ENDPOINT;
  const client = dynamoClient(endpoint === undefined ? {} : { endpoint, ...local });
  const tables = tableNames(config.TABLE_PREFIX);
  client.middlewareStack.use(meter({ shapeOf: shapeIn(tables), onCost: countCost }));
  return database(client, tables);
}
