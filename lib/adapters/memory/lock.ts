import type { Fence } from '../../domain/ids.ts';
import { Unavailable } from '../../domain/unavailable.ts';
import type { Lock } from '../../ports/lock.ts';

/** A lock within one process: first come, first served, never busy and never lost. */
export function memoryLock(): Lock {
  const turns = new Map<string, Promise<void>>();
  const outages = new Map<string, number>();
  let counted = 0;
  return {
    hold: (key, { fenceAbove = 0 as Fence }, work) => {
      const turn = turns.get(key) ?? Promise.resolve();
      const outagesBefore = outages.get(key);
      const result = turn.then(async () => {
        if (outages.get(key) !== outagesBefore) throw new Unavailable('dynamodb', 'none');
        counted = Math.max(counted, fenceAbove) + 1;
        const value = await work(counted as Fence).catch((error: unknown) => {
          if (error instanceof Unavailable) outages.set(key, (outagesBefore ?? 0) + 1);
          throw error;
        });
        return { kind: 'held' as const, value, lost: false };
      });
      const done = () => undefined;
      turns.set(key, result.then(done, done));
      return result;
    },
  };
}
