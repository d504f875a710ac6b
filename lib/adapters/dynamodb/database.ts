import {
  type CancellationReason,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import pLimit from 'p-limit';
import { Unavailable } from '../../domain/unavailable.ts';
import type { TableNames } from './tables.ts';

/**
 * What DynamoDB said of one call. `refused`: a condition failed and nothing happened; there is one
 * reason for each item of a transaction, in its order.
 */
export type Answer<Output> =
  | { readonly kind: 'done'; readonly output: Output }
  | { readonly kind: 'refused'; readonly reasons: readonly CancellationReason[] }
  | { readonly kind: 'contended' };

export interface Database {
  readonly tables: TableNames;
  /** One attempt, without retries. Throws `Unavailable` on an outage. */
  readonly attempt: <Output>(
    call: (client: DynamoDBClient) => Promise<Output>,
  ) => Promise<Answer<Output>>;
}

/**
 * A crowd in one process waits here and not in the engine's socket queue, where waiting would eat
 * the call's own time-out. On Lambda, with one request at a time, it hardly ever waits.
 */
const CALLS_IN_FLIGHT_MAX = 50;

/** The one door to DynamoDB: errors become answers here, and SDK types go no further out. */
export function database(client: DynamoDBClient, tables: TableNames): Database {
  const gate = pLimit({ concurrency: CALLS_IN_FLIGHT_MAX, rejectOnClear: true });
  // A call that times out takes those behind it along, before one of them gets its place: they have
  // waited long enough to be told that the engine is away.
  const freezing = async <Output>(made: Promise<Output>): Promise<Output> => {
    try {
      return await made;
    } catch (error) {
      if (isTimeout(error)) gate.clearQueue();
      throw error;
    }
  };
  return {
    tables,
    attempt: async (call) => {
      try {
        return { kind: 'done', output: await gate(() => freezing(call(client))) };
      } catch (error) {
        return answerTo(error);
      }
    },
  };
}

const contention = new Set([
  'TransactionConflictException',
  'TransactionInProgressException',
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
]);

const conditionOnly = new Set(['None', 'ConditionalCheckFailed']);
const retryable = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

function answerTo(error: unknown): Answer<never> {
  // `instanceof Error` is false for errors of another realm, such as Node's own under a test runner.
  if (!Error.isError(error)) throw error;
  if (error instanceof TransactionCanceledException) {
    const reasons = error.CancellationReasons ?? [];
    // A conflict on one item may hide a failed condition on another: then nothing is told yet.
    if (reasons.every(({ Code = 'None' }) => conditionOnly.has(Code))) {
      return { kind: 'refused', reasons };
    }
    if (reasons.some(({ Code = 'None' }) => retryable.has(Code))) return { kind: 'contended' };
    throw error;
  }
  if (error instanceof ConditionalCheckFailedException) {
    const { Item } = error;
    const reason = { Code: 'ConditionalCheckFailed', ...(Item === undefined ? {} : { Item }) };
    return { kind: 'refused', reasons: [reason] };
  }
  if (contention.has(error.name)) return { kind: 'contended' };
  throw outageOf(error) ?? error;
}

/** Nothing was sent, so nothing can have happened. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);
const lostOnTheWay = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED']);

function outageOf(error: Error): Unavailable | undefined {
  // The gate let go of a call behind one that timed out: it was never made.
  if (error.name === 'AbortError') return new Unavailable('dynamodb', 'none', error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (neverSent.has(code)) return new Unavailable('dynamodb', 'none', error);
  const status = httpStatusOf(error);
  const lost =
    isTimeout(error) || lostOnTheWay.has(code) || (status !== undefined && status >= 500);
  return lost ? new Unavailable('dynamodb', 'unknown', error) : undefined;
}

const isTimeout = (error: unknown): boolean =>
  Error.isError(error) && error.name === 'TimeoutError';

function httpStatusOf(error: Error): number | undefined {
  if (!('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  const status = 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}
