import './load.ts';
import { parentPort } from 'node:worker_threads';
import { addCoverage, type Coverage } from './coverage.ts';
import { mutants } from './mutants/all.ts';
import { type Run, run } from './run.ts';

/** Seeds to play, one after the other, until one breaks a law. */
export interface Batch {
  readonly fromSeed: number;
  readonly seeds: number;
  /** The planted bug to play them with. */
  readonly mutant?: string | undefined;
  /** Trace even what is in order. */
  readonly tracing?: boolean;
}

export interface Played {
  readonly seeds: number;
  readonly coverage: Coverage;
  /** The last seed, if it broke a law or was to be traced, with everything that happened. */
  readonly shown: Run | undefined;
}

async function play({ fromSeed, seeds, mutant: name, tracing = false }: Batch): Promise<Played> {
  const mutant = name === undefined ? undefined : mutants[name];
  if (name !== undefined && mutant === undefined) throw new Error(`no mutant is called ${name}`);
  const coverage: Coverage = {};
  for (let seed = fromSeed; seed < fromSeed + seeds; seed += 1) {
    const played = await run(seed, { mutant });
    addCoverage(coverage, played.coverage);
    if (tracing || played.violations.length > 0) {
      // The same seed is the same schedule: only now is it worth being written down.
      const shown = await run(seed, { mutant, tracing: true });
      return { seeds: seed - fromSeed + 1, coverage, shown };
    }
  }
  return { seeds, coverage, shown: undefined };
}

parentPort?.on('message', (batch: Batch) => {
  void play(batch).then(
    (played) => parentPort?.postMessage({ played }),
    (error: unknown) => parentPort?.postMessage({ error }),
  );
});
