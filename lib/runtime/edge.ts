import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { z } from 'zod';
import type { RequestId } from '../domain/ids.ts';
import type { Reply } from '../http/reply.ts';
import { type Edge, type Handler, handlerOf, type Request } from '../http/route.ts';
import type { Route } from '../http/routes.ts';
import { powertools } from '../http/telemetry.ts';
import { tokenVerifier } from '../http/tokens.ts';
import { systemClock } from './clock.ts';
import { isLocal, loadConfig } from './config.ts';
import { metered } from './tally.ts';
import { callMsMax, timeouts } from './timeouts.ts';

const SERVICE = 'last-one';

const config = loadConfig();

/**
 * X-Ray, where there is one. Its SDK hooks every promise of the process as soon as it is loaded, an
 * eighth of the processor time of a shop without it.
 */
async function tracing(): Promise<Edge['platform']> {
  if (isLocal(config)) return [];
  const { Tracer } = await import('@aws-lambda-powertools/tracer');
  const { captureLambdaHandler } = await import('@aws-lambda-powertools/tracer/middleware');
  return [captureLambdaHandler(new Tracer({ serviceName: SERVICE }), { captureResponse: false })];
}

const edge: Edge = {
  clock: systemClock,
  verify: tokenVerifier(
    {
      issuer: config.JWT_ISSUER,
      audience: config.JWT_AUDIENCE,
      jwks: config.JWT_JWKS,
      adminClaim: config.JWT_ADMIN_CLAIM,
      adminValue: config.JWT_ADMIN_VALUE,
    },
    systemClock,
  ),
  telemetry: powertools(
    new Logger({ serviceName: SERVICE }),
    new Metrics({ namespace: SERVICE, serviceName: SERVICE }),
    systemClock,
  ),
  platform: await tracing(),
  newRequestId: () => randomUUID() as RequestId,
  requestMsMax: timeouts.requestMs,
  callMsMax: callMsMax(config),
  metered,
  showCost: isLocal(config),
};

/** `handlerOf` with this shop's edge: what the files in `functions/` are made with. */
export const handle = <const R extends Route, Body = undefined>(
  route: R,
  operate: (request: Request<R, Body>) => Promise<Reply>,
  schema?: z.ZodType<Body>,
): Handler => handlerOf(edge, route, operate, schema);
