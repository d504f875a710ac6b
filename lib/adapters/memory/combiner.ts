import type { Fence } from '../../domain/ids.ts';
import type { Combiner } from '../../ports/combiner.ts';
import { memoryLock } from './lock.ts';

interface Waiting<Entry, Outcome> {
  readonly entry: Entry;
  readonly tell: (outcome: Outcome) => void;
}

/** Combining within one process: whoever's turn it is decides for all that wait behind it. */
export function memoryCombiner<Entry, Outcome>(): Combiner<Entry, Outcome> {
  const lock = memoryLock();
  const queues = new Map<string, Waiting<Entry, Outcome>[]>();
  return {
    combine: async (key, entry, { entriesMax, leaseMs, waitMsMax, fenceAbove }, decide) => {
      const queue = queues.get(key) ?? [];
      queues.set(key, queue);
      const told = Promise.withResolvers<Outcome>();
      const mine = { entry, tell: told.resolve };
      queue.push(mine);
      await lock.hold(key, { leaseMs, waitMsMax, fenceAbove }, async (fence: Fence) => {
        if (!queue.includes(mine)) return;
        const batch = queue.splice(0, entriesMax);
        const outcomes = await decide(
          batch.map((one) => one.entry),
          fence,
        );
        for (const [index, { tell }] of batch.entries()) {
          const outcome = outcomes[index];
          if (outcome !== undefined) tell(outcome);
        }
      });
      return { kind: 'decided', outcome: await told.promise };
    },
  };
}
