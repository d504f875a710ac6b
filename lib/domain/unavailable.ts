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
