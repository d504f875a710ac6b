import { placeGroupOn } from '../strategies/place-group.ts';
import { app } from './store.ts';

/** What deciding queued orders needs; apart from selling, so that it carries no client of Redis. */
export const settling = { ...app, placeGroup: placeGroupOn(app.stock) };
