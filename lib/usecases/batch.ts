import { type Patience, persist } from '../domain/patience.ts';
import type { Poison } from '../domain/poison.ts';
import { Unavailable } from '../domain/unavailable.ts';
import type { DeadLetter, DeadLetters } from '../ports/dead-letters.ts';

/** What a batch of records came to. */
export interface BatchReport<Place> {
  /** Records that have to come again: they, or what is before them, were not settled. */
  readonly failed: readonly Place[];
  /** How often each thing became of a record. */
  readonly counts: Readonly<Record<string, number>>;
  /** Why records failed. */
  readonly errors: readonly unknown[];
}

/** A batch while it is worked on: what fails comes again, what is poison is given up, the rest goes on. */
export class Batch<Place> implements BatchReport<Place> {
  readonly failed: Place[] = [];
  readonly errors: unknown[] = [];
  readonly counts: Record<string, number> = {};
  readonly #deadLetters: Pick<DeadLetters, 'keep'>;
  readonly #patience: Patience;

  constructor(deadLetters: Pick<DeadLetters, 'keep'>, patience: Patience) {
    this.#deadLetters = deadLetters;
    this.#patience = patience;
  }

  count(kind: string, by = 1): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + by;
  }

  /** Does the work; if it throws, these records failed. */
  async failing(places: readonly Place[], work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.errors.push(error);
      this.failed.push(...places);
    }
  }

  /** Keeps a record among the dead letters; throws if it can't be kept now. */
  async giveUp(letter: (why: Poison) => DeadLetter, why: Poison): Promise<void> {
    const { kind } = await persist(() => this.#deadLetters.keep(letter(why)), this.#patience);
    if (kind === 'contended') throw new Unavailable('dynamodb', 'none');
    this.count('poison');
  }
}
