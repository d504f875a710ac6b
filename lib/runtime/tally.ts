import { AsyncLocalStorage } from 'node:async_hooks';
import { addCost, noCost } from '../adapters/dynamodb/meter.ts';
import type { Cost } from '../ports/cost.ts';

const tallies = new AsyncLocalStorage<{ cost: Cost }>();

/** Runs the work with a tally of its own, also beside others in one process. */
export function metered<T>(work: (cost: () => Cost) => Promise<T>): Promise<T> {
  const tally = { cost: noCost };
  return tallies.run(tally, () => work(() => tally.cost));
}

/** Adds to the tally of the request on whose behalf this runs; nothing if there is none. */
export function countCost(cost: Cost): void {
  const tally = tallies.getStore();
  if (tally !== undefined) tally.cost = addCost(tally.cost, cost);
}

/** Adds one command to Redis to the same tally. */
export const countRedisCommand = (): void => {
  countCost({ ...noCost, redisCommands: 1 });
};
