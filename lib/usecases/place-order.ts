import { markOfHold, mayBeCovered } from '../domain/hold.ts';
import { type OrderId, orderIdOf, type Sku, type UserId } from '../domain/ids.ts';
import type { KeyedCommand } from '../domain/keyed-request.ts';
import type { Ticket } from '../domain/lane.ts';
import { pendingOrder } from '../domain/order.ts';
import { type Patience, persistRead } from '../domain/patience.ts';
import {
  type PlaceOutcome,
  type Placement,
  type Queued,
  retoldOrder,
} from '../domain/placement.ts';
import { defaultStrategy, type Offer, type StrategyName } from '../domain/product.ts';
import { type Line, mergedLines, type Shortage } from '../domain/stock.ts';
import type { Orders } from '../ports/orders.ts';
import type { Strategy, StrategyOutcome } from '../ports/strategy.ts';
import { awaitDecision } from './await-decision.ts';
import { moveMarks } from './move-marks.ts';
import { offersOf, type OffersOfDeps } from './offers-of.ts';
import { releaseExpired, type ReleaseExpiredDeps } from './release-expired.ts';

export interface PlaceOrderDeps extends ReleaseExpiredDeps, OffersOfDeps {
  readonly orders: ReleaseExpiredDeps['orders'] & Pick<Orders, 'decision'>;
  readonly strategies: Readonly<Record<StrategyName, Strategy>>;
  readonly currency: string;
}

export interface PlaceOrder extends KeyedCommand {
  readonly userId: UserId;
  readonly lines: readonly Line[];
  /** How long to wait for the decision of an order that queues; not at all by default. */
  readonly waitMsMax?: number | undefined;
}

export type PlaceOrderOutcome = (
  | Exclude<StrategyOutcome, { kind: 'repriced' | 'outdated' | 'superseded' | 'queued' }>
  | { readonly kind: 'queued'; readonly ticket: Ticket }
) & {
  readonly orderId: OrderId;
  /** The way the order was tried, for the metrics. */
  readonly strategy: StrategyName;
};

type Offers = ReadonlyMap<Sku, Offer>;
type NamedOrder = PlaceOrder & { readonly orderId: OrderId };

/**
 * Sets stock aside for a limited time, under an order that the customer can pay.
 *
 * Goes round again when a price changed under it, when its hold would end before a product's mark,
 * when it lost a lock, and when expired orders may cover a shortage. A shortage is told only if it was seen after no such
 * order was left.
 */
export async function placeOrder(
  deps: PlaceOrderDeps,
  command: PlaceOrder,
  patience: Patience,
): Promise<PlaceOrderOutcome> {
  const orderId = orderIdOf(command.token);
  const order = { ...command, orderId, lines: mergedLines(command.lines) };
  const skus = order.lines.map(({ sku }) => sku);
  // Products without an expired hold, as far as this request has looked.
  const cleared = new Set<Sku>();
  const mayHelp = (shortages: readonly Shortage[]): boolean =>
    shortages.every(({ sku }) => !cleared.has(sku)) && mayBeCovered(shortages, patience.nowMs());

  for (;;) {
    const offers = await offersOf(deps, skus, patience);
    const strategy = strategyFor(offers);
    const told = { orderId, strategy };
    const unknown = skus.filter((sku) => !offers.has(sku));
    if (unknown.length > 0) return { ...(await unsold(deps, order, unknown, patience)), ...told };

    const placement = placementOf(deps, order, offers, patience.nowMs());
    const outcome = await deps.strategies[strategy](placement, patience);

    if (outcome.kind === 'repriced') {
      deps.prices.learn(outcome.offers);
    } else if (outcome.kind === 'outdated') {
      // Lets a shorter hold in: an earlier mark only makes shortages look more often.
      await moveMarks(deps.orders, outcome.marks, markOfHold(placement.order), patience);
    } else if (outcome.kind === 'insufficient' && mayHelp(outcome.shortages)) {
      const noneLeft = await releaseExpired(deps, outcome.shortages, patience);
      if (noneLeft) for (const { sku } of outcome.shortages) cleared.add(sku);
    } else if (outcome.kind === 'queued') {
      const decided = await awaitDecision(deps.orders, order, patience);
      return { ...(decided ?? { kind: 'queued', ticket: ticketOf(order, outcome) }), ...told };
    } else if (outcome.kind !== 'superseded') {
      return { ...outcome, ...told };
    }
    if (patience.exhausted) return { kind: 'contended', ...told };
  }
}

/** One product is sold its own way; several are always decided at once, in one transaction. */
function strategyFor(offers: Offers): StrategyName {
  const [only, ...more] = offers.values();
  return only !== undefined && more.length === 0 ? only.strategy : defaultStrategy;
}

function placementOf(
  { currency, reservationMs }: PlaceOrderDeps,
  { orderId, userId, lines, requestId, fingerprint }: NamedOrder,
  offers: Offers,
  nowMs: number,
): Placement {
  const versions = new Map([...offers].map(([sku, offer]) => [sku, offer.catalogueVersion]));
  const order = pendingOrder({ orderId, lines, offers, currency, nowMs, reservationMs });
  return { userId, requestId, fingerprint, order, versions };
}

/** An order that queues has one line. */
function ticketOf({ orderId, userId, fingerprint, lines }: NamedOrder, { place }: Queued): Ticket {
  const [line] = lines;
  if (line === undefined) throw new Error('an order without a line queued');
  return { orderId, userId, fingerprint, sku: line.sku, place };
}

/** An unknown SKU can't be sold, but a key that was used before is told first. */
async function unsold(
  { orders }: PlaceOrderDeps,
  command: NamedOrder,
  skus: readonly Sku[],
  patience: Patience,
): Promise<Extract<PlaceOutcome, { kind: 'unknown' | 'mismatched' | 'replayed' | 'rejected' }>> {
  const earlier = await persistRead(() => orders.decision(command.orderId), patience);
  return earlier === undefined
    ? { kind: 'unknown', skus }
    : retoldOrder(earlier, command, 'replayed');
}
