import assert from 'node:assert/strict';
import { Unavailable } from '../../lib/domain/unavailable.ts';
import type { BatchBench, Owners, Sight } from './batch-bench.ts';
import type { SeenCall } from './box.ts';
import { type Case, type Finding, inWords } from './law.ts';

/** What is wrong with an acknowledged record, to judge by what is there; nothing if it has its due. */
export type Due = (sight: Sight) => string | undefined;

/** A batch in its surroundings, made afresh for each case. */
export interface BatchStage {
  readonly owners: Owners;
  /** One for each record. */
  readonly dues: readonly Due[];
  /** Everything that the batch could touch, as it stands. */
  readonly look: () => Promise<Sight>;
  /** Whether all of it is as it has to be in the end. */
  readonly holds: (sight: Sight) => void;
  /** What happens when all is acknowledged: it must not bring anything of the batch back. */
  readonly later?: () => Promise<void>;
}

export interface BatchScenario {
  readonly name: string;
  /** A case takes long: fewer cases will do. */
  readonly costly?: true;
  readonly stage: (bench: BatchBench) => Promise<BatchStage>;
}

/** Faults that go on and on end before this delivery. */
const CALM_DELIVERY = 3;
/** An emulator on a busy machine stalls by itself, and then costs a delivery more than a fault did. */
const DELIVERIES_MAX = 5;

/**
 * Runs one case: the batch is delivered, and what was not acknowledged is again, until nothing is
 * left. Rejects with the whole story if a record was acknowledged without its due, or had it twice.
 */
export async function settlesOnce(bench: BatchBench, one: Case<BatchScenario>): Promise<Finding> {
  bench.begin(one.temper);
  const stage = await one.scenario.stage(bench);
  const run = new Run(bench, one, stage);
  try {
    return { answer: await run.drive(), calls: run.calls };
  } catch (error) {
    const { message } = error as Error;
    throw new Error(
      [
        `${one.scenario.name}, ${one.temper}, ${one.script}: ${message}`,
        `  calls: ${run.calls.map(inWords).join(', ')}`,
        ...run.left.map((left) => `  to come again: ${left.join(', ') || 'none'}`),
        ...bench.errors.map((met) => `  error: ${String(met)}`),
      ].join('\n'),
      { cause: error },
    );
  }
}

class Run {
  calls: readonly SeenCall[] = [];
  /** After each delivery. */
  readonly left: (readonly number[])[] = [];
  readonly #bench: BatchBench;
  readonly #case: Case<BatchScenario>;
  readonly #stage: BatchStage;

  constructor(bench: BatchBench, one: Case<BatchScenario>, stage: BatchStage) {
    this.#bench = bench;
    this.#case = one;
    this.#stage = stage;
  }

  async drive(): Promise<string> {
    const { box, errors } = this.#bench;
    const { owners, dues, holds, later, look } = this.#stage;
    const all = [...dues.keys()];
    box.play(this.#case.source, () => owners.twin(all));
    try {
      await this.#deliverAll(all);
    } finally {
      this.calls = [...box.log];
      box.heal();
    }
    assert.deepEqual(
      errors.filter((error) => !(error instanceof Unavailable)),
      [],
      'no defect',
    );
    holds(await look());

    await later?.();
    const seen = await look();
    await box.settle();
    assert.deepEqual(await look(), seen, 'nothing lands late');
    assert.deepEqual(await owners.shop(all), [], 'what comes again is acknowledged');
    assert.deepEqual(await look(), seen, 'what comes again is known');
    return `${this.left.length} deliveries`;
  }

  async #deliverAll(all: readonly number[]): Promise<void> {
    const { box } = this.#bench;
    const { owners, dues, look } = this.#stage;
    for (let left = all; left.length > 0;) {
      const delivery = this.left.length + 1;
      assert.ok(delivery <= DELIVERIES_MAX, 'it is settled in time');
      if (delivery === CALM_DELIVERY) box.heal();
      const again = await owners.shop(left);
      await box.idle();
      this.left.push(again);
      const sight = await look();
      for (const index of left.filter((one) => !again.includes(one))) {
        const wrong = dues[index]?.(sight);
        assert.equal(wrong, undefined, `record ${index} was acknowledged: ${wrong}`);
      }
      left = again;
    }
  }
}
