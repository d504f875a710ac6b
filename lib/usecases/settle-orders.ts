import type { Sku } from '../domain/ids.ts';
import type { LanePlace, QueuedOrder } from '../domain/lane.ts';
import { type Patience, persist } from '../domain/patience.ts';
import { poison, type Poison } from '../domain/poison.ts';
import { Unavailable } from '../domain/unavailable.ts';
import type { DeadLetter, DeadLetters } from '../ports/dead-letters.ts';
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

/** What a batch came to. */
export interface SettledBatch<Place extends LanePlace> {
  /** Records that have to come again: they, or what is before them in their lane, were not settled. */
  readonly failed: readonly Place[];
  /** How many orders came to each kind of outcome, and how many records were given up. */
  readonly counts: Readonly<Record<string, number>>;
  /** Why records failed. */
  readonly errors: readonly unknown[];
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
): Promise<SettledBatch<Place>> {
  const failed: Place[] = [];
  const errors: unknown[] = [];
  const counts: Record<string, number> = {};
  const count = (kind: string) => (counts[kind] = (counts[kind] ?? 0) + 1);

  const giveUp = async (
    { letter }: Pick<LaneRecord<Place>, 'letter'>,
    why: Poison,
  ): Promise<void> => {
    const { kind } = await persist(() => deps.deadLetters.keep(letter(why)), patience);
    if (kind === 'contended') throw new Unavailable('dynamodb', 'none');
    count('poison');
  };
  const unless = async (places: readonly Place[], work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      errors.push(error);
      failed.push(...places);
    }
  };

  const bad = records.map(async (record) => {
    const { content, place } = record;
    if (content.kind === 'poison') await unless([place], () => giveUp(record, content));
  });

  const lanes = [...lanesIn(records)].map(async ([, { sku, items }]) => {
    let left: readonly OrderRecord<Place>[] = items;
    try {
      const end = await settleProduct(deps, sku, items, patience, async (chunk) => {
        for (const [index, { kind }] of chunk.outcomes.entries()) {
          const record = chunk.items[index];
          if (kind !== 'unknown' || record === undefined) count(kind);
          else {
            const why = poison('unknown-sku', `there is no product ${sku}`);
            await unless([record.place], () => giveUp(record, why));
          }
        }
        left = left.slice(chunk.items.length);
      });
      if (end === 'contended') count('contended');
    } catch (error) {
      errors.push(error);
    }
    failed.push(...left.map(({ place }) => place));
  });

  await Promise.all([...bad, ...lanes]);
  return { failed, counts, errors };
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
