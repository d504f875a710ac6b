import { type Group, type Known, planGroup } from '../domain/group.ts';
import { type Patience, persist, persistRead } from '../domain/patience.ts';
import {
  newerFence,
  overturnable,
  type PlaceOutcome,
  type Superseded,
} from '../domain/placement.ts';
import type { Stock } from '../ports/stock.ts';
import type { MakeRoom, PlaceGroup } from '../ports/strategy.ts';

type GroupDecision =
  | { readonly kind: 'filled'; readonly outcomes: readonly PlaceOutcome[] }
  /** Some were short, or their holds would end too soon. */
  | { readonly kind: 'refused'; readonly outcomes: readonly PlaceOutcome[] }
  | Superseded
  | { readonly kind: 'contended' };

const untrueLater: readonly PlaceOutcome['kind'][] = overturnable;

/** The same as a port, for a use case. */
export const placeGroupOn =
  (stock: Pick<Stock, 'shelf' | 'placeMany'>): PlaceGroup =>
  (...args) =>
    placeGroup(stock, ...args);

/**
 * Decides a group in one transaction, first come, first served; one outcome for each order, in the
 * group's order. Each attempt plans anew from the product as the last one met it, so an order that
 * turns out to be there already gives way to those behind it.
 */
export async function placeGroup(
  stock: Pick<Stock, 'shelf' | 'placeMany'>,
  group: Group,
  patience: Patience,
  makeRoom: MakeRoom = async () => false,
): Promise<readonly PlaceOutcome[]> {
  let shelf = await persistRead(() => stock.shelf(group.sku), patience);
  let known: Known = new Map();

  const attempt = async (): Promise<GroupDecision> => {
    for (let tries = 0; ; tries += 1) {
      const newer = newerThan(group, shelf);
      if (newer !== undefined) return newer;
      const { plan, outcomes } = planGroup(shelf, group, known);
      const refused = outcomes.some(({ kind }) => untrueLater.includes(kind));
      const decided = { kind: refused ? 'refused' : 'filled', outcomes } as const;
      const [short] = outcomes.flatMap((outcome) =>
        outcome.kind === 'insufficient' ? outcome.shortages : [],
      );
      if (short !== undefined && (await makeRoom(short))) {
        if (patience.exhausted) return { kind: 'contended' };
        shelf = await stock.shelf(group.sku);
        continue;
      }
      // What is known by now can be told at any time; only another try needs some.
      if (plan === undefined) return decided;
      if (tries > 0 && patience.exhausted) return { kind: 'contended' };
      const answer = await stock.placeMany(plan);
      if (answer.kind === 'carried-out') return decided;
      if (answer.kind === 'contended') return answer;
      if (answer.shelf === undefined && answer.known.size === 0) {
        throw new Error('a group was turned away without a reason');
      }
      known = new Map([...known, ...answer.known]);
      // A product that was not what turned the plan away is as it was when the plan was made.
      shelf = answer.shelf ?? shelf;
    }
  };

  // An attempt of unknown fate may still land, and make such a refusal untrue; unless it stands in the
  // store, as those of a lane do.
  const untold = group.lane === undefined ? (['refused'] as const) : [];
  const decision = await persist(attempt, patience, untold);
  if ('outcomes' in decision) return decision.outcomes;
  return group.placements.map(() => decision);
}

function newerThan({ fence }: Group, shelf: Parameters<typeof newerFence>[0]) {
  const newer = newerFence(shelf, fence === undefined ? undefined : { kind: 'fence', fence });
  return newer === undefined ? undefined : ({ kind: 'superseded', fence: newer } as const);
}
