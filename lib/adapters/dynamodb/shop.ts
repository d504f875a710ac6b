import type { Store } from '../../ports/store.ts';
import { adjustOn } from './adjust.ts';
import { cartsOn } from './carts.ts';
import { catalogueOn, shelfOn } from './catalogue.ts';
import type { Database } from './database.ts';
import { deadLettersOn } from './dead-letters.ts';
import { leasesOn } from './leases.ts';
import { ledgerOn } from './ledger.ts';
import { ordersOn } from './orders.ts';
import { placeManyOn } from './place-many.ts';
import { placeOn } from './place.ts';
import { releaseOn } from './release.ts';
import { salesOn } from './sales.ts';

/** The store's ports on one database. */
export const dynamoShop = (db: Database): Store => ({
  stock: {
    place: placeOn(db),
    shelf: shelfOn(db),
    placeMany: placeManyOn(db),
    releaseMany: releaseOn(db),
    adjust: adjustOn(db),
  },
  leases: leasesOn(db),
  orders: ordersOn(db),
  catalogue: catalogueOn(db),
  ledger: ledgerOn(db),
  deadLetters: deadLettersOn(db),
  sales: salesOn(db),
  carts: cartsOn(db),
});
