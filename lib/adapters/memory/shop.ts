import type { Adjustment } from '../../domain/adjustment.ts';
import type { AdjustmentId, OrderId, Sku } from '../../domain/ids.ts';
import type { KeptReply } from '../../domain/keyed-request.ts';
import type { Shelf } from '../../domain/placement.ts';
import type { Catalogue } from '../../ports/catalogue.ts';
import type { Orders, StoredOrder } from '../../ports/orders.ts';
import type { Stock } from '../../ports/stock.ts';
import { memoryCatalogue } from './catalogue.ts';
import { memoryOrders } from './orders.ts';
import { memoryStock } from './stock.ts';

/** The tables, as Maps. Every verb changes them between two awaits, so each is a transaction. */
export interface MemoryTables {
  readonly shelves: Map<Sku, Shelf>;
  readonly orders: Map<OrderId, StoredOrder>;
  readonly adjustments: Map<AdjustmentId, Adjustment & KeptReply>;
}

/** The shop in Maps: the unit tests' store, and the reference for what the ports promise. */
export function memoryShop(): { stock: Stock; orders: Orders; catalogue: Catalogue } {
  const tables = { shelves: new Map(), orders: new Map(), adjustments: new Map() };
  return {
    stock: memoryStock(tables),
    orders: memoryOrders(tables),
    catalogue: memoryCatalogue(tables),
  };
}
