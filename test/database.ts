import { type ClientPlugin, openDatabase } from '../lib/runtime/database.ts';
import type { Database } from '../lib/adapters/dynamodb/database.ts';

export const DYNAMODB_ENDPOINT = process.env['DYNAMODB_ENDPOINT'] ?? '';

/**
 * How long a test's call to the engine may take: a stall of a busy machine is no outage. What the shop
 * makes of one, in its own time, is tested in e2e/outage.test.ts.
 */
export const DYNAMODB_CALL_MS_MAX = 15_000;

/** The tables behind a prefix, on the engine that all tests share. */
export const testDatabase = (
  TABLE_PREFIX: string,
  plugins: readonly ClientPlugin[] = [],
): Database => openDatabase({ DYNAMODB_ENDPOINT, TABLE_PREFIX, DYNAMODB_CALL_MS_MAX }, plugins);
