import { app } from './store.ts';

/** In place of lib/runtime/selling.ts: the same as in place of the store. */
export const selling = app;
