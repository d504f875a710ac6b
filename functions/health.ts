import { json } from '../lib/http/reply.ts';
import { routes } from '../lib/http/routes.ts';
import { handle } from '../lib/runtime/edge.ts';
import { systemClock } from '../lib/runtime/clock.ts';
import { engines } from '../lib/runtime/engines.ts';
import { checkHealth } from '../lib/usecases/check-health.ts';

/** Tells which of the shop's engines answer. */
export const handler = handle(routes.health, async () => {
  const health = await checkHealth({ engines, clock: systemClock });
  return json(health.status === 'down' ? 503 : 200, { ...health });
});
