import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { z } from 'zod';
import type { RequestId } from '../domain/ids.ts';
import { Patience } from '../domain/patience.ts';
import type { Clock } from '../ports/clock.ts';
import type { Cost } from '../ports/cost.ts';
import { authenticate } from './authenticate.ts';
import { readBody } from './body.ts';
import { caught } from './caught.ts';
import { type Headers, headersOf } from './headers.ts';
import { type Keyed, readKey } from './idempotency-key.ts';
import { observed } from './observed.ts';
import { Refused } from './problems.ts';
import type { Reply } from './reply.ts';
import type { Route } from './routes.ts';
import type { Telemetry } from './telemetry.ts';
import type { User, VerifyToken } from './tokens.ts';
import type { Visit } from './visit.ts';

/** What every route needs of the outside. */
export interface Edge {
  readonly clock: Clock;
  readonly verify: VerifyToken;
  readonly telemetry: Telemetry;
  /** Tracing and the like: middleware of the platform, outermost. */
  readonly platform: readonly MiddlewareObj<Visit, Reply>[];
  readonly newRequestId: () => RequestId;
  /** How long a request may go on trying, and how long one call of it may take. */
  readonly requestMsMax: number;
  readonly callMsMax: number;
  /** Runs the work and counts what it costs in the store. */
  readonly metered: <T>(work: (cost: () => Cost) => Promise<T>) => Promise<T>;
  /** Tell the cost in a header, for the race; not for strangers. */
  readonly showCost: boolean;
}

/** A request that passed every guard of its route. */
export interface Request<R extends Route, Body> {
  readonly requestId: RequestId;
  readonly patience: Patience;
  readonly event: APIGatewayProxyEvent;
  readonly headers: Headers;
  readonly body: Body;
  readonly user: R['access'] extends 'public' ? undefined : User;
  readonly key: R['keyed'] extends true ? Keyed : undefined;
  /** A parameter of the path; empty if the path has none of this name. */
  readonly param: (name: string) => string;
}

export type Handler = (
  event: APIGatewayProxyEvent,
  context: Context,
) => Promise<APIGatewayProxyResult>;

/** Makes a Lambda handler of an operation on a request that passed the route's guards. */
export function handlerOf<const R extends Route, Body = undefined>(
  edge: Edge,
  route: R,
  operate: (request: Request<R, Body>) => Promise<Reply>,
  schema?: z.ZodType<Body>,
): Handler {
  const lambda = middy<Visit, Reply>()
    .use([...edge.platform, observed(edge.telemetry), caught()])
    .handler(async (visit) => {
      try {
        return await operate(await guarded(edge, route, visit, schema));
      } catch (error) {
        // A guard's refusal is an answer like any other, and no error to be traced.
        if (error instanceof Refused) return error.reply;
        throw error;
      }
    });

  return (event, context) =>
    edge.metered(async (cost) => {
      const startedAtMs = edge.clock.nowMs();
      const patience = new Patience(edge.clock, {
        deadlineMs: startedAtMs + edge.requestMsMax,
        callMsMax: edge.callMsMax,
      });
      const requestId = edge.newRequestId();
      const visit = { event, route, requestId, startedAtMs, patience, cost };
      return rendered(await lambda(visit, context), requestId, edge.showCost ? cost() : undefined);
    });
}

/** The guards, in the order of precedence that contract.md sets; the route itself was the first. */
async function guarded<R extends Route, Body>(
  edge: Edge,
  route: R,
  visit: Visit,
  schema: z.ZodType<Body> | undefined,
): Promise<Request<R, Body>> {
  const { event, requestId, patience } = visit;
  const headers = headersOf(event);
  const user = await authenticate(edge.verify, headers, route.access);
  if (user !== undefined) visit.userId = user.userId;
  const body = schema === undefined ? undefined : readBody(event, headers, schema);
  const param = (name: string): string => decoded(event.pathParameters?.[name] ?? '');
  const key =
    route.keyed && user !== undefined
      ? readKey(headers, { ...user, ...route, path: pathOf(route, param) }, body?.sent)
      : undefined;
  // The route's own type says which of these are there; the guards above made it so.
  return { requestId, patience, event, headers, body: body?.value, user, key, param } as Request<
    R,
    Body
  >;
}

/** API Gateway hands parameters over as they were sent; one that can't be decoded names nothing. */
function decoded(parameter: string): string {
  try {
    return decodeURIComponent(parameter);
  } catch {
    return parameter;
  }
}

/** The path as it was meant, percent-decoding done. */
const pathOf = ({ path }: Route, param: (name: string) => string): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => param(name));

function rendered(reply: Reply, requestId: RequestId, cost?: Cost): APIGatewayProxyResult {
  const { status, type, body } = reply;
  const told = type === 'application/problem+json' ? { ...(body as object), requestId } : body;
  return {
    statusCode: status,
    headers: {
      ...(type === undefined ? {} : { 'Content-Type': type }),
      'Cache-Control': 'no-store',
      'X-Request-Id': requestId,
      ...reply.headers,
      ...(cost === undefined ? {} : { 'X-Cost': JSON.stringify(cost) }),
    },
    body: typeof told === 'string' ? told : JSON.stringify(told),
  };
}
