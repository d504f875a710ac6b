import { type Engines, showProgress, startEngines } from '../../localstack/engines/index.ts';

const held = globalThis as { lastOneEngines?: Engines };

/** The engines that all tests share; each file makes tables and names of its own on them. */
export default async function start(): Promise<void> {
  process.stderr.write('\n');
  const progress = showProgress();
  held.lastOneEngines = await startEngines({ ...progress, label: 'test' });
  progress.end();
  Object.assign(process.env, held.lastOneEngines.env);
}
