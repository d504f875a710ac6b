/**
 * An engine did not answer as it should: adapters throw it with the `cause`, the edge tells 503.
 * `fate` says what is known of the attempt: `none`, it did nothing; `unknown`, it may have been
 * carried out, or may yet be.
 */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  readonly engine: string;
  readonly fate: 'none' | 'unknown';

  constructor(engine: string, fate: 'none' | 'unknown', cause?: unknown) {
    super(`${engine} is unavailable`, { cause });
    this.engine = engine;
    this.fate = fate;
  }
}

/**
 * The engine answered, and what an earlier attempt came to is still unknown, so that this answer can't
 * be told. It is no outage: others need not hear of it.
 */
export class Doubtful extends Unavailable {
  constructor(doubt: Unavailable) {
    super(doubt.engine, 'unknown', doubt);
  }
}

export const isOutage = (error: unknown): error is Unavailable =>
  error instanceof Unavailable && !(error instanceof Doubtful);
