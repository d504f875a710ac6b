import type { Engines } from '../../localstack/engines/index.ts';

export default async function stop(): Promise<void> {
  await (globalThis as { lastOneEngines?: Engines }).lastOneEngines?.stop();
}
