import { app } from './store.ts';

/** In place of lib/runtime/replaying.ts: the same as in place of the store. Nobody publishes here. */
export const replaying = app;
