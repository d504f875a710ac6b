import type { Cost } from '../../../ports/cost.ts';

export type { Cost };

/** The cost of doing nothing: what sums start from. */
export const noCost: Cost = {
  requests: 0,
  writeUnits: 0,
  readUnits: 0,
  transactions: 0,
  itemWrites: {},
};

/** Adds up costs, field by field and table by table. */
export function addCost(a: Cost, b: Cost): Cost {
  const itemWrites = { ...a.itemWrites };
  for (const [table, count] of Object.entries(b.itemWrites)) {
    itemWrites[table] = (itemWrites[table] ?? 0) + count;
  }
  const redisCommands = (a.redisCommands ?? 0) + (b.redisCommands ?? 0);
  return {
    ...(redisCommands > 0 ? { redisCommands } : {}),
    requests: a.requests + b.requests,
    writeUnits: a.writeUnits + b.writeUnits,
    readUnits: a.readUnits + b.readUnits,
    transactions: a.transactions + b.transactions,
    itemWrites,
  };
}

/** One request that cost this much: what every command's arithmetic ends in. */
export function oneRequest(parts: Partial<Omit<Cost, 'requests'>>): Cost {
  return { ...noCost, ...parts, requests: 1 };
}
