import type { Adjustment } from '../../domain/adjustment.ts';
import type { CartItem } from '../../domain/cart.ts';
import type {
  AdjustmentId,
  ChargeId,
  DeadLetterId,
  OrderId,
  ProviderRef,
  Sku,
  UserId,
} from '../../domain/ids.ts';
import type { KeptReply } from '../../domain/keyed-request.ts';
import type { Booking } from '../../domain/ledger.ts';
import type { Shelf } from '../../domain/placement.ts';
import type { SalePhase } from '../../domain/sale.ts';
import type { DeadLetter } from '../../ports/dead-letters.ts';
import type { RejectedOrder, StoredOrder } from '../../ports/orders.ts';
import type { Store } from '../../ports/store.ts';
import { memoryCarts } from './carts.ts';
import { memoryCatalogue } from './catalogue.ts';
import { memoryDeadLetters } from './dead-letters.ts';
import { memoryLeases } from './leases.ts';
import { memoryLedger } from './ledger.ts';
import { memoryOrders } from './orders.ts';
import { memorySales } from './sales.ts';
import { memoryStock } from './stock.ts';

/** The tables, as Maps. Every verb changes them between two awaits, so each is a transaction. */
export interface MemoryTables {
  readonly shelves: Map<Sku, Shelf>;
  readonly orders: Map<OrderId, StoredOrder>;
  /** Orders that queued and were rejected; no id stands here and among the orders too. */
  readonly rejected: Map<OrderId, RejectedOrder>;
  readonly adjustments: Map<AdjustmentId, Adjustment & KeptReply>;
  /** Oldest first. */
  readonly ledger: Map<UserId, readonly Booking[]>;
  readonly providerRefs: Map<ProviderRef, { readonly chargeId: ChargeId; readonly userId: UserId }>;
  readonly deadLetters: Map<DeadLetterId, DeadLetter>;
  readonly sales: Map<OrderId, SalePhase>;
  /** By day, then by product. */
  readonly paidUnits: Map<string, Map<Sku, number>>;
  readonly carts: Map<UserId, Map<Sku, CartItem>>;
}

export const emptyTables = (): MemoryTables => ({
  shelves: new Map(),
  orders: new Map(),
  rejected: new Map(),
  adjustments: new Map(),
  ledger: new Map(),
  providerRefs: new Map(),
  deadLetters: new Map(),
  sales: new Map(),
  paidUnits: new Map(),
  carts: new Map(),
});

/** The shop in Maps: the unit tests' store, and the reference for what the ports promise. */
export const memoryShop = (tables: MemoryTables = emptyTables()): Store => ({
  stock: memoryStock(tables),
  leases: memoryLeases(tables),
  orders: memoryOrders(tables),
  catalogue: memoryCatalogue(tables),
  ledger: memoryLedger(tables),
  deadLetters: memoryDeadLetters(tables),
  sales: memorySales(tables),
  carts: memoryCarts(tables),
});
