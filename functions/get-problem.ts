import { isProblemCode, problemTypes } from '../lib/http/problem-types.ts';
import { problem } from '../lib/http/problems.ts';
import { json } from '../lib/http/reply.ts';
import { routes } from '../lib/http/routes.ts';
import { handle } from '../lib/runtime/edge.ts';

/** What a problem's code means, and what to do about it. */
export const handler = handle(routes.getProblem, async ({ param }) => {
  const code = param('code');
  if (!isProblemCode(code)) return problem('not-found');
  return json(200, { type: `/problems/${code}`, code, ...problemTypes[code] });
});
