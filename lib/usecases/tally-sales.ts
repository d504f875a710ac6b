import type { OrderId } from '../domain/ids.ts';
import { type Patience, persist } from '../domain/patience.ts';
import {
  foldedSales,
  type KnownSales,
  planSales,
  type Sale,
  saleGroups,
  saleIn,
} from '../domain/sale.ts';
import { Unavailable } from '../domain/unavailable.ts';
import type { DeadLetters } from '../ports/dead-letters.ts';
import type { Sales } from '../ports/sales.ts';
import { Batch, type BatchReport } from './batch.ts';
import { type EventRecord, eventsIn } from './events-in.ts';

export interface TallySalesDeps {
  readonly sales: Pick<Sales, 'count'>;
  readonly deadLetters: Pick<DeadLetters, 'keep'>;
}

/**
 * Counts the paid units in a batch of events, and takes back those of orders that ended. An event that
 * comes again, or late, counts once: the phase of each order's sale is kept with the counters.
 */
export async function tallySales<Place>(
  deps: TallySalesDeps,
  records: readonly EventRecord<Place>[],
  patience: Patience,
): Promise<BatchReport<Place>> {
  const batch = new Batch<Place>(deps.deadLetters, patience);
  const sold: { readonly place: Place; readonly sale: Sale }[] = [];
  for (const { place, event } of await eventsIn(records, batch)) {
    const sale = saleIn(event, patience.nowMs());
    if (sale === undefined) batch.count('ignored');
    else sold.push({ place, sale });
  }
  // One after the other: side by side they would fight for the counters of what sells best.
  for (const group of saleGroups(foldedSales(sold.map(({ sale }) => sale)))) {
    const ids = new Set(group.map(({ orderId }) => orderId));
    const places = sold.filter(({ sale }) => ids.has(sale.orderId)).map(({ place }) => place);
    await batch.failing(places, async () => {
      const moved = await countGroup(deps, group, patience);
      batch.count('counted', moved);
      batch.count('known', group.length - moved);
    });
  }
  return batch;
}

/** Counts a group, and answers how many sales of it were not counted before. */
async function countGroup(
  { sales }: TallySalesDeps,
  group: readonly Sale[],
  patience: Patience,
): Promise<number> {
  let known: KnownSales = new Map<OrderId, never>();
  do {
    const plan = planSales(group, known);
    if (plan.marks.length === 0) return 0;
    const outcome = await persist(() => sales.count(plan), patience);
    switch (outcome.kind) {
      case 'counted':
        return plan.marks.length;
      case 'moved':
        known = new Map([...known, ...outcome.known]);
        break;
      case 'contended':
        throw new Unavailable('dynamodb', 'none');
    }
  } while (!patience.exhausted);
  throw new Unavailable('dynamodb', 'none');
}
