import type { ModelSettings } from '../../bench/contention/round-trip.ts';

const SETTING = 'CONTENTION_MODEL';

/** What a shop's process finds in its environment; empty for none, whatever its parent has there. */
export const modelEnv = (model: ModelSettings | undefined): Readonly<Record<string, string>> => ({
  [SETTING]: model === undefined ? '' : String(model.roundTripMs),
});

/**
 * Puts this process's shop under the contention model if its environment says so. It has to be
 * called before any function is loaded, since a function opens its client while it loads.
 */
export async function installModel(
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const setting = env[SETTING] ?? '';
  if (setting === '') return;
  // Only now, since the SDK takes its time to load.
  const [{ contentionModel }, { usePlugins }, { shapeIn, tableNames }] = await Promise.all([
    import('../../bench/contention.ts'),
    import('../../lib/runtime/database.ts'),
    import('../../lib/adapters/dynamodb/tables.ts'),
  ]);
  const shapeOf = shapeIn(tableNames(env['TABLE_PREFIX'] ?? ''));
  usePlugins([contentionModel({ shapeOf, roundTripMs: Number(setting) })]);
}
