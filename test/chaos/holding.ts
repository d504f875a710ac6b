import { spawn } from 'node:child_process';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { Fence, Sku } from '../../lib/domain/ids.ts';
import type { Stock } from '../../lib/ports/stock.ts';
import type { Fate, FromWorker, WorkerSettings } from './protocol.ts';

/** The one that decides over a worker's fate, and takes down what it saw. */
export interface Driver {
  tell(message: FromWorker): Promise<void>;
  /** Says that a lock is held and a write about to begin; what is to become of that. */
  fate(): Promise<Fate>;
}

interface Written {
  readonly soldUnits: number;
  readonly stale: boolean;
}

/** The store; every write under a fence first asks the driver for its fate. */
export function watchedStock(
  stock: Stock,
  driver: Driver,
  { mutant, dwellMs }: Pick<WorkerSettings, 'mutant' | 'dwellMs'>,
): Stock {
  const unfenced = mutant === 'unfenced';

  async function underFate<Outcome>(
    { sku, fence }: { sku: Sku; fence: Fence },
    write: () => Promise<Outcome>,
    seen: (outcome: Outcome) => Written,
  ): Promise<Outcome> {
    const fate = await driver.fate();
    if (fate.kind === 'frozen' && fate.when === 'before') await freeze(fate.ms, driver);
    if (dwellMs > 0) await sleep(dwellMs);
    const startedMs = Date.now();
    const outcome = await write();
    const endedMs = Date.now();
    await driver.tell({
      kind: 'wrote',
      write: { sku, fence, startedMs, endedMs, ...seen(outcome) },
    });
    if (fate.kind === 'halted') await new Promise(() => undefined);
    if (fate.kind === 'frozen' && fate.when === 'after') await freeze(fate.ms, driver);
    return outcome;
  }

  return {
    ...stock,
    place: (placement, guard) => {
      const [line] = placement.order.lines;
      const write = () => stock.place(placement, unfenced ? undefined : guard);
      if (line === undefined || guard === undefined || guard.kind === 'unmoved') return write();
      return underFate({ sku: line.sku, fence: guard.fence }, write, ({ kind }) => ({
        soldUnits: kind === 'placed' ? 1 : 0,
        stale: kind === 'superseded',
      }));
    },
    placeMany: ({ fence, ...plan }) => {
      const fenced = fence === undefined || unfenced ? plan : { ...plan, fence };
      const write = () => stock.placeMany(fenced);
      if (fence === undefined) return write();
      return underFate({ sku: plan.sku, fence }, write, (outcome) => ({
        soldUnits: outcome.kind === 'carried-out' ? plan.accepted.length : 0,
        stale: outcome.kind === 'moved' && (outcome.shelf?.fence ?? 0) > fence,
      }));
    },
  };
}

/**
 * Stops this process as it stands, timers and sockets and all. Another one wakes it up, so that it
 * does not stand still for ever if its driver is gone by then.
 */
async function freeze(ms: number, driver: Driver): Promise<void> {
  const wake = `sleep ${ms / 1000}; kill -CONT ${process.pid}`;
  spawn('sh', ['-c', wake], { stdio: 'ignore', detached: true }).unref();
  const sinceMs = performance.now();
  process.kill(process.pid, 'SIGSTOP');
  await turn();
  await driver.tell({ kind: 'thawed', frozenMs: performance.now() - sinceMs });
}
