import type { Catalogue } from '../../ports/catalogue.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { Orders } from '../../ports/orders.ts';
import type { Stock } from '../../ports/stock.ts';
import { adjustOn } from './adjust.ts';
import { catalogueOn } from './catalogue.ts';
import type { Database } from './database.ts';
import { ledgerOn } from './ledger.ts';
import { ordersOn } from './orders.ts';
import { placeOn } from './place.ts';
import { releaseOn } from './release.ts';

/** The store's ports on one database. */
export const dynamoShop = (
  db: Database,
): { stock: Stock; orders: Orders; catalogue: Catalogue; ledger: Ledger } => ({
  stock: { place: placeOn(db), releaseMany: releaseOn(db), adjust: adjustOn(db) },
  orders: ordersOn(db),
  catalogue: catalogueOn(db),
  ledger: ledgerOn(db),
});
