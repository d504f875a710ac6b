import { GROUP_MAX } from '../domain/group.ts';
import type { Fence } from '../domain/ids.ts';
import type { Patience } from '../domain/patience.ts';
import {
  type Decision,
  onlyLine,
  overturnable,
  type PlaceOutcome,
  type Placement,
} from '../domain/placement.ts';
import { Unavailable } from '../domain/unavailable.ts';
import type { Combined, Combiner } from '../ports/combiner.ts';
import type { Stock } from '../ports/stock.ts';
import type { Strategy } from '../ports/strategy.ts';
import { placeGroup } from './place-group.ts';

/** Longer than a leader waits for a store that is away, or nobody would hear of that in time. */
const LEASE_MS = 3_000;
/** Kept back from the waiting: to place an order oneself that no leader tells of. */
const ALONE_MS = 1_000;

type Store = Pick<Stock, 'shelf' | 'placeMany'>;

/**
 * Orders that arrive while others are being decided are decided together, in one transaction by
 * whoever leads: one Redis command, and a k-th of another and of a transaction, for each.
 *
 * Nothing is acknowledged before it is in the table. An order whose leader fell silent is placed by
 * its own request under a newer fence: the row that may be there already decides what that means.
 * While another may still place it, neither `contended` nor a shortage is told.
 */
export const redisCombining =
  (stock: Store, combiner: Combiner<Placement, Decision>): Strategy =>
  async (placement, patience) => {
    const { sku } = onlyLine(placement);
    let fenceAbove: Fence | undefined;
    let doubtful = false;
    do {
      const waitMsMax = Math.max(0, patience.leftMs - ALONE_MS);
      const combined = await combiner.combine(
        sku,
        placement,
        { leaseMs: LEASE_MS, waitMsMax, entriesMax: GROUP_MAX, fenceAbove },
        (placements, fence) => placeGroup(stock, { sku, placements, fence }, patience),
      );
      if (combined.kind === 'withdrawn') break;
      const outcome = await outcomeOf(stock, placement, combined, patience);
      if (combined.kind === 'open' || combined.doubt !== undefined) doubtful = true;
      if (outcome.kind === 'superseded') fenceAbove = outcome.fence;
      else if (outcome.kind !== 'contended') return outcome;
      // The leader's time may be up when one's own is not.
    } while (!patience.exhausted);
    if (doubtful) throw new Unavailable('redis', 'unknown');
    return { kind: 'contended' };
  };

/**
 * What a combined order comes to. A shortage is found under a fence that shuts out whoever led before,
 * so only a later leader makes it doubtful; a hold that would end too soon is found without one.
 */
async function outcomeOf(
  stock: Store,
  placement: Placement,
  combined: Exclude<Combined<Decision>, { kind: 'withdrawn' }>,
  patience: Patience,
): Promise<PlaceOutcome> {
  const outcome =
    combined.kind === 'open'
      ? await placeAlone(stock, placement, combined.fence, patience)
      : combined.outcome;
  if (outcome.kind === 'unavailable') throw new Unavailable('dynamodb', 'unknown');
  const doubt = combined.kind === 'open' ? 'earlier-leader' : combined.doubt;
  const untrue: readonly string[] =
    doubt === 'later-leader' ? overturnable : doubt === 'earlier-leader' ? ['outdated'] : [];
  if (untrue.includes(outcome.kind)) throw new Unavailable('redis', 'unknown');
  return outcome;
}

/** Decides a group of one, under a fence that no leader of before can pass. */
async function placeAlone(
  stock: Store,
  placement: Placement,
  fence: Fence,
  patience: Patience,
): Promise<PlaceOutcome> {
  const { sku } = onlyLine(placement);
  const group = { sku, placements: [placement] };
  const [outcome] = await placeGroup(stock, { ...group, fence }, patience);
  // Somebody has written under a newer one still, and shut them out.
  const [found] =
    outcome?.kind === 'superseded' ? await placeGroup(stock, group, patience) : [outcome];
  if (found === undefined) throw new Error('a group of one has one outcome');
  return found;
}
