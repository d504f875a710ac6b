import { type App, simulated } from './simulated.ts';

/** In place of lib/runtime/store.ts: whatever the present world is. */
export const app = new Proxy({} as App, {
  get: (_, name) => simulated.app[name as keyof App],
});
