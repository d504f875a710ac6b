import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { rememberedPrices } from '../../lib/adapters/memory/price-list.ts';
import type { AdjustOutcome } from '../../lib/domain/adjustment.ts';
import type { ChargeOutcome } from '../../lib/domain/charge.ts';
import type {
  CatalogueVersion,
  KeyToken,
  OrderId,
  ProviderRef,
  RequestId,
  Sku,
  UserId,
} from '../../lib/domain/ids.ts';
import type { Balance, Entry } from '../../lib/domain/ledger.ts';
import type { LanePlace, QueuedOrder } from '../../lib/domain/lane.ts';
import { Patience } from '../../lib/domain/patience.ts';
import type { PayOutcome } from '../../lib/domain/payment.ts';
import type { Store } from '../../lib/ports/store.ts';
import { memoryCombiner } from '../../lib/adapters/memory/combiner.ts';
import { MemoryLane } from '../../lib/adapters/memory/lane.ts';
import { memoryLock } from '../../lib/adapters/memory/lock.ts';
import { strategiesOn, type StrategyDeps } from '../../lib/strategies/index.ts';
import { placeGroupOn } from '../../lib/strategies/place-group.ts';
import type { StrategyName } from '../../lib/domain/product.ts';
import { adjustStock } from '../../lib/usecases/adjust-stock.ts';
import { chargeBalance } from '../../lib/usecases/charge-balance.ts';
import { listEntries } from '../../lib/usecases/list-entries.ts';
import { payOrder } from '../../lib/usecases/pay-order.ts';
import { placeOrder, type PlaceOrderOutcome } from '../../lib/usecases/place-order.ts';
import { settleProduct } from '../../lib/usecases/settle-product.ts';

export type Ports = Store;

export type Locks = Pick<StrategyDeps, 'spinLock' | 'pubsubLock' | 'combiner' | 'lane'>;

export const memoryLocks = (): Locks => ({
  spinLock: memoryLock(),
  pubsubLock: memoryLock(),
  combiner: memoryCombiner(),
  lane: new MemoryLane(),
});

export const RESERVATION_MS = 600_000;

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
let drawn = 0;
/** 26 base-32 characters, another each time. */
export const freshToken = (): KeyToken => {
  drawn += 1;
  const digits = Array.from(drawn.toString(32).padStart(26, '0'), (digit) =>
    alphabet.charAt(parseInt(digit, 32)),
  );
  return digits.reverse().join('') as KeyToken;
};

/** A SKU that no other case uses, so that cases can share tables. */
export const freshSku = (name: string): Sku => `${name}-${randomUUID().slice(0, 13)}` as Sku;
/** A user whom no other case knows. */
export const freshUser = (): string => `user-${randomUUID()}`;
export const freshRequest = (): RequestId => randomUUID() as RequestId;

export interface Ask {
  readonly userId?: string;
  readonly token?: KeyToken;
  readonly requestId?: RequestId;
  readonly fingerprint?: string;
}

/** The use cases on some ports, with a clock that the test moves. */
export class BenchShop {
  nowMs = Date.parse('2026-01-01T00:00:00Z');
  reservationMs = RESERVATION_MS;
  /** The clock stands still, and so a wait is a turn of the event loop unless a test says otherwise. */
  sleep: (ms: number) => Promise<void> = () => new Promise<void>((ok) => setImmediate(ok));
  /** Of products that are put on sale from now on. */
  strategy: StrategyName = 'conditional-write';
  readonly ports: Ports;
  readonly locks: Locks;
  readonly #prices = rememberedPrices();

  constructor(ports: Ports, locks: Locks = memoryLocks()) {
    this.ports = ports;
    this.locks = locks;
  }

  patience(): Patience {
    const timing = {
      nowMs: () => this.nowMs,
      sleep: this.sleep,
      random: () => 0.5,
    };
    return new Patience(timing, { deadlineMs: this.nowMs + 20_000, callMsMax: 1_000 });
  }

  async stocked(
    name: string,
    units: number,
    priceMinor = 100,
    strategy: StrategyName = this.strategy,
  ): Promise<Sku> {
    const sku = freshSku(name);
    await this.ports.catalogue.change({
      sku,
      name,
      priceMinor,
      strategy,
      newVersion: freshRequest() as string as CatalogueVersion,
      expected: 'absent',
    });
    if (units > 0) await this.adjust(sku, units);
    return sku;
  }

  adjust(sku: Sku, units: number, ask: Ask = {}): Promise<AdjustOutcome> {
    const { token = freshToken(), requestId = freshRequest(), fingerprint = String(units) } = ask;
    return adjustStock(this.ports, { sku, units, token, requestId, fingerprint }, this.patience());
  }

  place(lines: readonly (readonly [Sku, number])[], ask: Ask = {}): Promise<PlaceOrderOutcome> {
    const { userId = 'ann', token = freshToken(), requestId = freshRequest() } = ask;
    const { fingerprint = JSON.stringify(lines) } = ask;
    const deps = {
      ...this.ports,
      prices: this.#prices,
      strategies: strategiesOn({ ...this.ports, ...this.locks }),
      currency: 'KRW',
      reservationMs: this.reservationMs,
    };
    const command = {
      userId: userId as UserId,
      token,
      requestId,
      fingerprint,
      lines: lines.map(([sku, quantity]) => ({ sku, quantity })),
    };
    return placeOrder(deps, command, this.patience());
  }

  /** Decides orders as the consumer does, the first of them at this place, and tells what they came to. */
  async settle(
    sku: Sku,
    orders: readonly QueuedOrder[],
    { partition, offset }: LanePlace,
  ): Promise<string[]> {
    const kinds: string[] = [];
    const deps = {
      ...this.ports,
      placeGroup: placeGroupOn(this.ports.stock),
      reservationMs: this.reservationMs,
    };
    const items = orders.map((order, i) => ({ order, place: { partition, offset: offset + i } }));
    const end = await settleProduct(deps, sku, items, this.patience(), async ({ outcomes }) => {
      kinds.push(...outcomes.map(({ kind }) => kind));
    });
    assert.equal(end, 'settled');
    return kinds;
  }

  charge(
    userId: string,
    amountMinor: number,
    { providerRef, ...ask }: Ask & { readonly providerRef?: string } = {},
  ): Promise<ChargeOutcome> {
    const { token = freshToken(), requestId = freshRequest() } = ask;
    const { fingerprint = JSON.stringify([amountMinor, providerRef]) } = ask;
    const command = {
      ...{ userId: userId as UserId, token, requestId, fingerprint, amountMinor },
      providerRef: providerRef as ProviderRef | undefined,
    };
    return chargeBalance({ ...this.ports, currency: 'KRW' }, command, this.patience());
  }

  pay(userId: string, orderId: string, ask: Ask = {}): Promise<PayOutcome> {
    const { token = freshToken(), requestId = freshRequest(), fingerprint = orderId } = ask;
    const command = {
      ...{ userId: userId as UserId, orderId: orderId as OrderId },
      ...{ token, requestId, fingerprint },
    };
    return payOrder(this.ports, command, this.patience());
  }

  balance(userId: string): Promise<Balance> {
    return this.ports.ledger.balance(userId as UserId);
  }

  /** Every entry, oldest first, read in pages. */
  async entries(userId: string, limit = 100): Promise<Entry[]> {
    const all: Entry[] = [];
    for (let beforeSeq: number | undefined; ;) {
      const page = { limit, beforeSeq };
      const read = await listEntries(this.ports, userId as UserId, page, this.patience());
      all.push(...read.entries);
      if (read.next === undefined) return all.reverse();
      beforeSeq = read.next;
    }
  }

  async left(sku: Sku): Promise<number | undefined> {
    const [product] = await this.ports.catalogue.find([sku]);
    return product?.availableUnits;
  }
}

/** How many there are of each kind. */
export function tally(outcomes: readonly { readonly kind: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of outcomes) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

export const times = <T>(n: number, make: (i: number) => T): T[] =>
  Array.from({ length: n }, (_, i) => make(i));

/** One promise of the store's ports: `run` rejects if the store breaks it. */
export interface Promised {
  readonly name: string;
  readonly run: (shop: BenchShop) => Promise<void>;
}

/** The promises that a store breaks. */
export async function brokenPromises(
  contract: readonly Promised[],
  make: () => Ports,
): Promise<string[]> {
  const names: string[] = [];
  for (const { name, run } of contract) {
    await run(new BenchShop(make())).catch(() => names.push(name));
  }
  return names;
}
