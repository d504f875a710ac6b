import { dynamoShop } from '../adapters/dynamodb/shop.ts';
import { rememberedPrices } from '../adapters/memory/price-list.ts';
import { loadConfig } from './config.ts';
import { openDatabase } from './database.ts';

const config = loadConfig();
const shop = dynamoShop(openDatabase(config));

/** The store's ports with what the use cases need beside them, made once per container. */
export const app = {
  ...shop,
  prices: rememberedPrices(),
  currency: config.CURRENCY,
  reservationMs: config.RESERVATION_SECONDS * 1000,
};
