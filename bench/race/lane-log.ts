import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { addCost, noCost } from '../../lib/adapters/dynamodb/meter.ts';
import type { Cost } from '../../lib/ports/cost.ts';
import { jsonIn, shownCost } from './told.ts';

const batchLine = z.object({
  message: z.literal('batch'),
  consumer: z.literal('settle-orders'),
  records: z.int(),
  failed: z.int(),
  cost: shownCost,
});

const WAIT_MS_MAX = 5_000;

/**
 * What settling cost, as the consumer's log tells it: nobody who waits for an order pays for the
 * transaction that decides it. Reads on from where it read last.
 */
export class LaneLog {
  readonly #file: string;
  #position = 0;
  #rest = '';

  constructor(file: string) {
    this.#file = file;
  }

  /** The cost of settling so many records since the last call; undefined if the log tells of fewer. */
  async costOf(records: number): Promise<Cost | undefined> {
    let cost = noCost;
    let seen = 0;
    for (const untilMs = performance.now() + WAIT_MS_MAX; performance.now() < untilMs;) {
      for (const line of await this.#lines()) {
        const batch = batchLine.safeParse(jsonIn(line)).data;
        if (batch === undefined) continue;
        // What failed comes again, and is counted then.
        seen += batch.records - batch.failed;
        cost = addCost(cost, batch.cost);
      }
      // A line is written a moment after what it tells of can be read.
      if (seen >= records) return cost;
      await sleep(20);
    }
    return undefined;
  }

  async #lines(): Promise<string[]> {
    const handle = await open(this.#file);
    try {
      const { size } = await handle.stat();
      const { buffer } = await handle.read(
        Buffer.alloc(size - this.#position),
        0,
        size - this.#position,
        this.#position,
      );
      this.#position = size;
      const lines = (this.#rest + buffer.toString()).split('\n');
      this.#rest = lines.pop() ?? '';
      return lines;
    } finally {
      await handle.close();
    }
  }
}
