import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';

/** How a request ended, as far as the bill depends on it. */
export type Fate = 'done' | 'refused' | 'cancelled' | 'running' | 'unbilled' | 'unknown';

/** How an attempt ended: `replayed` marks one that may have repeated an earlier one's token. */
export type Outcome<Output> =
  { readonly output: Output; readonly replayed?: boolean } | { readonly error: unknown };

const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);

/**
 * Tells by the error who pays.
 *
 * A refusal (failed condition, conflict with a transaction) and a cancelled transaction are
 * billed. Throttled, invalid and forbidden requests, and those that never left, are not. A lost
 * reply or a fault of the server leaves open whether the request was carried out: `unknown`, to be
 * billed as if it was.
 */
export function fateOf(outcome: Outcome<unknown>): Fate {
  if (!('error' in outcome)) return 'done';
  const { error } = outcome;
  if (error instanceof ConditionalCheckFailedException) return 'refused';
  if (error instanceof TransactionConflictException) return 'refused';
  if (error instanceof TransactionCanceledException) return 'cancelled';
  if (error instanceof TransactionInProgressException) return 'running';
  if (error instanceof DynamoDBServiceException) {
    return error.$fault === 'client' ? 'unbilled' : 'unknown';
  }
  return neverSent.has(codeOf(error)) ? 'unbilled' : 'unknown';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
