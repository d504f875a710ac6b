import { dynamoClient } from '../adapters/dynamodb/client.ts';
import { type Database, database } from '../adapters/dynamodb/database.ts';
import { meter } from '../adapters/dynamodb/meter.ts';
import { dynamoShop } from '../adapters/dynamodb/shop.ts';
import { shapeIn, tableNames } from '../adapters/dynamodb/tables.ts';
import { rememberedPrices } from '../adapters/memory/price-list.ts';
import { conditionalWrite } from '../strategies/conditional-write.ts';
import { type Config, loadConfig } from './config.ts';
import { countCost } from './tally.ts';

/** A machine's own DynamoDB takes any credentials; AWS takes the function's. */
const local = { region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

export function openDatabase(config: Pick<Config, 'DYNAMODB_ENDPOINT' | 'TABLE_PREFIX'>): Database {
  const endpoint = config.DYNAMODB_ENDPOINT;
  const client = dynamoClient(endpoint === undefined ? {} : { endpoint, ...local });
  const tables = tableNames(config.TABLE_PREFIX);
  client.middlewareStack.use(meter({ shapeOf: shapeIn(tables), onCost: countCost }));
  return database(client, tables);
}

const config = loadConfig();

export const db = openDatabase(config);

/** The store's ports with what the use cases need beside them, made once per container. */
const shop = dynamoShop(db);

export const app = {
  ...shop,
  prices: rememberedPrices(),
  strategies: { 'conditional-write': conditionalWrite(shop.stock) },
  currency: config.CURRENCY,
  reservationMs: config.RESERVATION_SECONDS * 1000,
};
