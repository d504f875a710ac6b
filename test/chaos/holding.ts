import { spawn } from 'node:child_process';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { Fence, OrderId, Sku } from '../../lib/domain/ids.ts';
import type { Stock } from '../../lib/ports/stock.ts';
import type { Fate, FromWorker, WorkerSettings, Write } from './protocol.ts';

/** The one that decides over a worker's fate, and takes down what it saw. */
export interface Driver {
  tell(message: FromWorker): Promise<void>;
  /** Says that a lock is held and a write about to begin; what is to become of that. */
  fate(): Promise<Fate>;
}

type Written = Pick<Write, 'soldUnits' | 'stale'>;

interface Intent {
  readonly sku: Sku;
  readonly fence: Fence | undefined;
  readonly orderIds: readonly OrderId[];
}

/** The store; it tells of every write, and one under a fence first asks the driver for its fate. */
export function watchedStock(
  stock: Stock,
  driver: Driver,
  { mutant, dwellMs }: Pick<WorkerSettings, 'mutant' | 'dwellMs'>,
): Stock {
  const unfenced = mutant === 'unfenced';

  async function told<Outcome>(
    intent: Intent,
    write: () => Promise<Outcome>,
    seen: (outcome: Outcome) => Written,
  ): Promise<Outcome> {
    const startedMs = Date.now();
    let written: Written = { soldUnits: 0, stale: false };
    try {
      const outcome = await write();
      written = seen(outcome);
      return outcome;
    } finally {
      const endedMs = Date.now();
      await driver.tell({ kind: 'wrote', write: { ...intent, startedMs, endedMs, ...written } });
    }
  }

  async function underFate<Outcome>(
    intent: Intent,
    write: () => Promise<Outcome>,
    seen: (outcome: Outcome) => Written,
  ): Promise<Outcome> {
    if (intent.fence === undefined) return told(intent, write, seen);
    const fate = await driver.fate();
    if (fate.kind === 'frozen' && fate.when === 'before') await freeze(fate.ms, driver);
    if (dwellMs > 0) await sleep(dwellMs);
    const outcome = await told(intent, write, seen);
    if (fate.kind === 'halted') await new Promise(() => undefined);
    if (fate.kind === 'frozen' && fate.when === 'after') await freeze(fate.ms, driver);
    return outcome;
  }

  return {
    ...stock,
    place: (placement, guard) => {
      const [line] = placement.order.lines;
      const write = () => stock.place(placement, unfenced ? undefined : guard);
      if (line === undefined) return write();
      const fence = guard === undefined || guard.kind === 'unmoved' ? undefined : guard.fence;
      const intent = { sku: line.sku, fence, orderIds: [placement.order.orderId] };
      return underFate(intent, write, ({ kind }) => ({
        soldUnits: kind === 'placed' ? 1 : 0,
        stale: kind === 'superseded',
      }));
    },
    placeMany: ({ fence, ...plan }) => {
      const fenced = fence === undefined || unfenced ? plan : { ...plan, fence };
      const write = () => stock.placeMany(fenced);
      const orderIds = plan.accepted.map(({ order }) => order.orderId);
      return underFate({ sku: plan.sku, fence, orderIds }, write, (outcome) => ({
        soldUnits: outcome.kind === 'carried-out' ? plan.accepted.length : 0,
        stale: outcome.kind === 'moved' && (outcome.shelf?.fence ?? 0) > (fence ?? Infinity),
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
