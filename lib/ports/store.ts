import type { Carts } from './carts.ts';
import type { Catalogue } from './catalogue.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Leases } from './leases.ts';
import type { Ledger } from './ledger.ts';
import type { Orders } from './orders.ts';
import type { Sales } from './sales.ts';
import type { Stock } from './stock.ts';

/** All that a shop keeps, made of one technology. */
export interface Store {
  readonly stock: Stock;
  readonly leases: Leases;
  readonly orders: Orders;
  readonly catalogue: Catalogue;
  readonly ledger: Ledger;
  readonly deadLetters: DeadLetters;
  readonly sales: Sales;
  readonly carts: Carts;
}
