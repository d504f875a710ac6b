import type { z } from 'zod';
import { noCost } from '../../../lib/adapters/dynamodb/meter/cost.ts';
import type { RequestId, UserId } from '../../../lib/domain/ids.ts';
import type { Reply } from '../../../lib/http/reply.ts';
import { type Edge, handlerOf, type Request } from '../../../lib/http/route.ts';
import type { Route } from '../../../lib/http/routes.ts';
import { simulated } from './simulated.ts';

/** Believes whoever asks: a token is the user's name, with a dash before it for an admin's. */
const edge: Edge = {
  clock: {
    nowMs: () => simulated.clock.nowMs(),
    sleep: (ms) => simulated.clock.sleep(ms),
    random: () => simulated.clock.random(),
  },
  verify: async (token) => {
    const isAdmin = token.startsWith('-');
    return { userId: (isAdmin ? token.slice(1) : token) as UserId, isAdmin };
  },
  telemetry: { tell: () => undefined },
  platform: [],
  newRequestId: () => simulated.newRequestId() as RequestId,
  requestMsMax: 20_000,
  callMsMax: 1_000,
  metered: (work) => work(() => noCost),
  showCost: false,
};

/** In place of lib/runtime/edge.ts: the same handlers, on the simulated world. */
export const handle = <const R extends Route, Body = undefined>(
  route: R,
  operate: (request: Request<R, Body>) => Promise<Reply>,
  schema?: z.ZodType<Body>,
): void => {
  const name = `${route.method} ${route.path}`;
  simulated.handlers.set(name, handlerOf(edge, route, operate, schema));
};
