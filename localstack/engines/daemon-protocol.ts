import type { EngineProgress, RunningEngine } from './index.ts';

/** The label by which `stop` and `status` know the owner of the shared engines. */
export const DAEMON_LABEL = 'engines start';

/** What the daemon tells the command that has started it. */
export type DaemonMessage =
  | { readonly progress: EngineProgress }
  | { readonly up: readonly RunningEngine[] }
  | { readonly failed: string };
