import type { Fence } from '../../domain/ids.ts';
import type { Lock } from '../../ports/lock.ts';

/** A lock within one process: first come, first served, never busy and never lost. */
export function memoryLock(): Lock {
  const turns = new Map<string, Promise<void>>();
  let counted = 0;
  return {
    hold: (key, { fenceAbove = 0 as Fence }, work) => {
      const turn = turns.get(key) ?? Promise.resolve();
      const result = turn.then(async () => {
        counted = Math.max(counted, fenceAbove) + 1;
        return { kind: 'held' as const, value: await work(counted as Fence), lost: false };
      });
      const done = () => undefined;
      turns.set(key, result.then(done, done));
      return result;
    },
  };
}
