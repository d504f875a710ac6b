import { pageView, readPage } from '../lib/http/paging.ts';
import { json } from '../lib/http/reply.ts';
import { routes } from '../lib/http/routes.ts';
import { deadLettersPosition } from '../lib/http/schemas.ts';
import { deadLetterView } from '../lib/http/views.ts';
import { handle } from '../lib/runtime/edge.ts';
import { app } from '../lib/runtime/store.ts';
import { listDeadLetters } from '../lib/usecases/list-dead-letters.ts';

/** The records that were given up, newest first. */
export const handler = handle(routes.listDeadLetters, async ({ event, patience }) => {
  const page = readPage(event, deadLettersPosition);
  const { items, next } = await listDeadLetters(app, page, patience);
  return json(200, pageView(items.map(deadLetterView), next));
});
