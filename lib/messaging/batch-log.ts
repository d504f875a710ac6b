import type { ToldBatch } from './consume.ts';

type BatchLine = Omit<ToldBatch, 'errors'> & { readonly error?: Error };

/** Where lines go to. */
export interface BatchLog {
  readonly info: (message: string, batch: BatchLine) => void;
  readonly error: (message: string, batch: BatchLine) => void;
}

/**
 * Tells each batch in a line. One with records that come again or were given up is an error, whatever
 * became of the others and also if nothing was thrown: alarms count these lines, and the level that a
 * shop logs at must not leave them out.
 */
export const tellBatches =
  (log: BatchLog) =>
  ({ errors, ...batch }: ToldBatch): void => {
    const [error] = errors;
    const { poison = 0 } = batch.counts;
    if (error !== undefined) log.error('batch', { ...batch, error: error as Error });
    else if (batch.failed > 0 || poison > 0) log.error('batch', batch);
    else log.info('batch', batch);
  };
