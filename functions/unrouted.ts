import { problem } from '../lib/http/problems.ts';
import { methodsOn, unrouted } from '../lib/http/routes.ts';
import { handle } from '../lib/runtime/edge.ts';

/** Everything that no route takes: a path that knows other methods, or none at all. */
export const handler = handle(unrouted, async ({ event }) => {
  const methods = methodsOn(event.path);
  if (methods.length === 0) return problem('not-found');
  const Allow = methods.join(', ');
  return problem('method-not-allowed', { headers: { Allow }, detail: `Allowed here: ${Allow}.` });
});
