import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Run } from './run.ts';
import { addCoverage, type Coverage } from './coverage.ts';
import type { Batch, Played } from './worker.ts';

const SEEDS_PER_BATCH = 100;

/** Worlds are many and short-lived: with room for the young, few of them are moved. */
const resourceLimits = { maxYoungGenerationSizeMb: 64 };

export interface Summary {
  readonly seeds: number;
  readonly coverage: Coverage;
  /** The violation at the lowest seed that was found. */
  readonly violation: Run | undefined;
}

/**
 * Threads that play seeds. They run on Node as it is: in Jest's module system a request takes twice
 * as long, and in one thread the other core would idle.
 */
export class Players {
  readonly #workers: readonly Worker[];

  /** Two play a seed on each core of a small machine, and can be compared. */
  constructor(threads = 2) {
    const file = fileURLToPath(new URL('worker.ts', import.meta.url));
    this.#workers = Array.from({ length: threads }, () => new Worker(file, { resourceLimits }));
  }

  /** Plays seeds 1, 2, 3 … until one breaks a law, or, once enough were played, no time is left. */
  async playUntilViolation(
    seeds: number,
    {
      mutant,
      msMax = Infinity,
      seedsMin = 0,
    }: { mutant?: string; msMax?: number; seedsMin?: number } = {},
  ): Promise<Summary> {
    const endMs = performance.now() + msMax;
    const coverage: Coverage = {};
    const violations: Run[] = [];
    let next = 1;
    let played = 0;
    const work = async (worker: Worker): Promise<void> => {
      const inTime = () => next <= seedsMin || performance.now() < endMs;
      while (next <= seeds && violations.length === 0 && inTime()) {
        const fromSeed = next;
        next += SEEDS_PER_BATCH;
        const batch = { fromSeed, seeds: Math.min(SEEDS_PER_BATCH, seeds - fromSeed + 1), mutant };
        const done = await ask(worker, batch);
        played += done.seeds;
        addCoverage(coverage, done.coverage);
        if (done.shown !== undefined) violations.push(done.shown);
      }
    };
    await Promise.all(this.#workers.map(work));
    // Batches are begun in order and none is left, so nothing below this one was missed.
    const [violation] = violations.sort((a, b) => a.seed - b.seed);
    return { seeds: played, coverage, violation };
  }

  /** Plays one seed in every thread, and tells everything that happened in each. */
  async show(seed: number, mutant?: string): Promise<Run[]> {
    const batch = { fromSeed: seed, seeds: 1, mutant, tracing: true };
    const played = await Promise.all(this.#workers.map((worker) => ask(worker, batch)));
    return played.flatMap(({ shown }) => shown ?? []);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** One batch at a time: a thread plays one world. */
function ask(worker: Worker, batch: Batch): Promise<Played> {
  return new Promise((ok, fail) => {
    const settle = (answer: { played: Played } | { error: Error }) => {
      worker.off('error', fail);
      if ('played' in answer) ok(answer.played);
      else fail(answer.error);
    };
    worker.once('message', settle);
    worker.once('error', fail);
    worker.postMessage(batch);
  });
}

/** A violation as a person needs it: the laws, the steps that led there, and how to see it again. */
export function reportOf({ seed, violations, trace }: Run, mutant?: string): string {
  const planted = mutant === undefined ? '' : `MUTANT='${mutant}' `;
  return [
    ...trace,
    '',
    `Seed ${seed} broke:`,
    ...[...new Set(violations)].map((violation) => `  ${violation}`),
    '',
    `Again: ${planted}SEED=${seed} npm test -- test/simulation`,
  ].join('\n');
}
