import type { ModelSettings } from '../../bench/contention/round-trip.ts';

/** What a shop on this machine may be put under, to see what comes of it. */
export interface PluginOptions {
  /** The contention model. Not with workers: they would share no state of it. */
  readonly model?: ModelSettings | undefined;
  /** Reads the stock and then writes it without condition, whatever the product's strategy. */
  readonly naive?: boolean;
}

const MODEL = 'CONTENTION_MODEL';
const NAIVE = 'NAIVE_STOCK';

/** What a shop's process finds in its environment; empty for none, whatever its parent has there. */
export const pluginEnv = ({ model, naive = false }: PluginOptions) => ({
  [MODEL]: model === undefined ? '' : String(model.roundTripMs),
  [NAIVE]: naive ? 'yes' : '',
});

/**
 * Puts this process's shop under what its environment names. It has to be called before any function
 * is loaded, since a function opens its client while it loads.
 */
export async function installPlugins(
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const { [MODEL]: model = '', [NAIVE]: naive = '' } = env;
  if (model === '' && naive === '') return;
  // Only now, since the SDK takes its time to load.
  const [{ contentionModel }, { naiveStock }, { usePlugins }, tables] = await Promise.all([
    import('../../bench/contention.ts'),
    import('../../bench/naive.ts'),
    import('../../lib/runtime/database.ts'),
    import('../../lib/adapters/dynamodb/tables.ts'),
  ]);
  const names = tables.tableNames(env['TABLE_PREFIX'] ?? '');
  const shapeOf = tables.shapeIn(names);
  usePlugins([
    ...(model === '' ? [] : [contentionModel({ shapeOf, roundTripMs: Number(model) })]),
    ...(naive === '' ? [] : [naiveStock(names.products, env['DYNAMODB_ENDPOINT'] ?? '')]),
  ]);
}
