import type { QueuedOrder } from '../domain/lane.ts';
import { persistRead } from '../domain/patience.ts';
import { onlyLine, type Placement, retoldOrder } from '../domain/placement.ts';
import type { Catalogue } from '../ports/catalogue.ts';
import type { Lane } from '../ports/lane.ts';
import type { Orders } from '../ports/orders.ts';
import type { Strategy, StrategyOutcome } from '../ports/strategy.ts';

export interface KeyedDeps {
  readonly orders: Pick<Orders, 'decision'>;
  readonly catalogue: Pick<Catalogue, 'find'>;
  readonly lane: Lane;
}

/**
 * Queues the order behind all others of its product; `settleOrders` decides it when its turn comes.
 *
 * Nothing is written before the broker has it, so nothing can be left behind. No transaction will
 * check the price, so it is read now. A key that was decided is not queued again.
 */
export const kafkaKeyed =
  ({ orders, catalogue, lane }: KeyedDeps): Strategy =>
  async (placement, patience): Promise<StrategyOutcome> => {
    const { sku } = onlyLine(placement);
    const [earlier, [offer]] = await persistRead(
      () => Promise.all([orders.decision(placement.order.orderId), catalogue.find([sku])]),
      patience,
    );
    // Another name, price or strategy by now: the caller learns it, and comes again if that is its way.
    if (offer !== undefined && offer.catalogueVersion !== placement.versions.get(sku)) {
      return { kind: 'repriced', offers: [offer] };
    }
    if (earlier !== undefined) {
      const told = retoldOrder(earlier, placement, 'placed');
      // Whoever queued was given a ticket, and is given one again: the ticket tells what became of it.
      return told.kind === 'mismatched' || !earlier.queued ? told : { kind: 'queued' };
    }
    if (offer === undefined) return { kind: 'unknown', skus: [sku] };
    return { kind: 'queued', place: await lane.join(queuedOrderOf(placement)) };
  };

const queuedOrderOf = (placement: Placement): QueuedOrder => {
  const { userId, requestId, fingerprint, order } = placement;
  const { orderId, currency, createdAt: queuedAt } = order;
  return { orderId, userId, requestId, fingerprint, line: onlyLine(placement), currency, queuedAt };
};
