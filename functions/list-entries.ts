import { pageView, readPage } from '../lib/http/paging.ts';
import { json } from '../lib/http/reply.ts';
import { routes } from '../lib/http/routes.ts';
import { entriesPosition } from '../lib/http/schemas.ts';
import { handle } from '../lib/runtime/edge.ts';
import { app } from '../lib/runtime/store.ts';
import { listEntries } from '../lib/usecases/list-entries.ts';

/** What moved the user's balance, newest first. */
export const handler = handle(routes.listEntries, async ({ event, patience, user }) => {
  const { limit, after } = readPage(event, entriesPosition);
  const page = { limit, beforeSeq: after };
  const { entries, next } = await listEntries(app, user.userId, page, patience);
  return json(200, pageView(entries, next));
});
