import type { Sku } from '../domain/ids.ts';
import type { LanePlace, QueuedOrder } from '../domain/lane.ts';
import type { Patience } from '../domain/patience.ts';
import { poison, type Poison } from '../domain/poison.ts';
import type { DeadLetter, DeadLetters } from '../ports/dead-letters.ts';
import { Batch, type BatchReport } from './batch.ts';
import { type OrderInLane, settleProduct, type SettleProductDeps } from './settle-product.ts';

/** A record of the orders' topic, as far as it could be read. */
export interface LaneRecord<Place extends LanePlace> {
  readonly place: Place;
  readonly content: { readonly kind: 'order'; readonly order: QueuedOrder } | Poison;
  /** The record whole, for when it is given up. */
  readonly letter: (why: Poison) => DeadLetter;
}

export interface SettleOrdersDeps extends SettleProductDeps {
  readonly deadLetters: Pick<DeadLetters, 'keep'>;
}

type OrderRecord<Place extends LanePlace> = OrderInLane &
  Pick<LaneRecord<Place>, 'place' | 'letter'>;

/**
 * Decides a batch of the lane: every product's orders in their turn, products side by side. Poison is
 * given up at once, and an outage never: what it touched fails and comes again. A record that comes
 * again finds its order decided.
 */
export async function settleOrders<Place extends LanePlace>(
  deps: SettleOrdersDeps,
  records: readonly LaneRecord<Place>[],
  patience: Patience,
): Promise<BatchReport<Place>> {
  const batch = new Batch<Place>(deps.deadLetters, patience);

  const bad = records.map(async (record) => {
    const { content, place, letter } = record;
    if (content.kind !== 'poison') return;
    await batch.failing([place], () => batch.giveUp(letter, content));
  });

  const lanes = [...lanesIn(records)].map(async ([, { sku, items }]) => {
    let left: readonly OrderRecord<Place>[] = items;
    try {
      const end = await settleProduct(deps, sku, items, patience, async (chunk) => {
        for (const [index, { kind }] of chunk.outcomes.entries()) {
          const record = chunk.items[index];
          if (kind !== 'unknown' || record === undefined) batch.count(kind);
          else {
            const why = poison('unknown-sku', `there is no product ${sku}`);
            await batch.failing([record.place], () => batch.giveUp(record.letter, why));
          }
        }
        left = left.slice(chunk.items.length);
      });
      if (end === 'contended') batch.count('contended');
    } catch (error) {
      batch.errors.push(error);
    }
    batch.failed.push(...left.map(({ place }) => place));
  });

  await Promise.all([...bad, ...lanes]);
  return batch;
}

interface ProductLane<Place extends LanePlace> {
  readonly sku: Sku;
  readonly items: OrderRecord<Place>[];
}

/** The orders of each product, in their turn; those of one product stand in one lane, by its key. */
function lanesIn<Place extends LanePlace>(
  records: readonly LaneRecord<Place>[],
): Map<string, ProductLane<Place>> {
  const lanes = new Map<string, ProductLane<Place>>();
  for (const { place, content, letter } of records) {
    if (content.kind === 'poison') continue;
    const { order } = content;
    const { sku } = order.line;
    const key = `${place.partition} ${sku}`;
    const lane = lanes.get(key) ?? { sku, items: [] };
    lane.items.push({ place, order, letter });
    lanes.set(key, lane);
  }
  return lanes;
}
