import { LRUCache } from 'lru-cache';

/** Write units that go to one partition key, of a table or of an index. */
export interface Draw {
  readonly partition: string;
  readonly units: number;
}

/** What one partition takes: "Best practices for designing and using partition keys effectively". */
export const WRITE_UNITS_PER_SECOND = 1_000;
const UNITS_PER_MS = WRITE_UNITS_PER_SECOND / 1_000;

/** A full bucket is as good as none, and each is full again after a second: few need keeping. */
const BUCKETS_MAX = 50_000;

interface Bucket {
  readonly units: number;
  readonly atMs: number;
}

/** A bucket of write units for each partition key: one second's worth, always being refilled. */
export class Throughput {
  readonly #buckets = new LRUCache<string, Bucket>({ max: BUCKETS_MAX });
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  bears(draws: readonly Draw[]): boolean {
    return draws.every(({ partition, units }) => units <= this.#left(partition));
  }

  take(draws: readonly Draw[]): void {
    for (const { partition, units } of draws) {
      this.#buckets.set(partition, { units: this.#left(partition) - units, atMs: this.#nowMs() });
    }
  }

  #left(partition: string): number {
    const bucket = this.#buckets.get(partition);
    if (bucket === undefined) return WRITE_UNITS_PER_SECOND;
    const refilled = bucket.units + (this.#nowMs() - bucket.atMs) * UNITS_PER_MS;
    return Math.min(WRITE_UNITS_PER_SECOND, refilled);
  }
}
