import type { Fence } from '../../domain/ids.ts';
import { Unavailable } from '../../domain/unavailable.ts';
import type { Combined, Combiner } from '../../ports/combiner.ts';
import { memoryLock } from './lock.ts';

interface Waiting<Entry, Outcome> {
  readonly entry: Entry;
  readonly told: PromiseWithResolvers<Combined<Outcome>>;
}

/**
 * Combining within one process: whoever's turn it is decides for all that wait behind it. Nobody
 * dies here and no word is lost, so nobody's time is watched.
 */
export function memoryCombiner<Entry, Outcome>(): Combiner<Entry, Outcome> {
  const lock = memoryLock();
  const queues = new Map<string, Waiting<Entry, Outcome>[]>();
  return {
    combine: async (key, entry, { entriesMax, leaseMs, waitMsMax, fenceAbove }, decide) => {
      const queue = queues.get(key) ?? [];
      queues.set(key, queue);
      const mine: Waiting<Entry, Outcome> = { entry, told: Promise.withResolvers() };
      // Not every turn comes to an outcome of one's own.
      mine.told.promise.catch(() => undefined);
      queue.push(mine);
      const lead = async (fence: Fence): Promise<void> => {
        if (!queue.includes(mine)) return;
        const batch = queue.splice(0, entriesMax);
        const others = batch.filter((one) => one !== mine);
        try {
          const outcomes = await decide(
            batch.map((one) => one.entry),
            fence,
          );
          if (outcomes.length !== batch.length) throw new Error('a batch was decided in part');
          for (const [index, outcome] of outcomes.entries()) {
            batch[index]?.told.resolve({ kind: 'decided', outcome });
          }
        } catch (error) {
          mine.told.reject(error);
          if (error instanceof Unavailable) {
            for (const { told } of others)
              told.reject(new Unavailable('dynamodb', 'unknown', error));
            for (const { told } of queue.splice(0))
              told.reject(new Unavailable('dynamodb', 'none'));
          }
          for (const { told } of others)
            told.resolve({ kind: 'open', fence: (fence + 1) as Fence });
        }
      };
      await lock.hold(key, { leaseMs, waitMsMax, fenceAbove }, lead);
      return mine.told.promise;
    },
  };
}
