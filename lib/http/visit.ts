import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { RequestId, UserId } from '../domain/ids.ts';
import type { Patience } from '../domain/patience.ts';
import type { Cost } from '../ports/cost.ts';
import type { Route } from './routes.ts';

/** One request on its way through a handler: the event, and what the log tells of it. */
export interface Visit {
  readonly event: APIGatewayProxyEvent;
  readonly route: Route;
  readonly requestId: RequestId;
  readonly startedAtMs: number;
  readonly patience: Patience;
  readonly cost: () => Cost;
  userId?: UserId;
  /** What was thrown, if the answer is a 5xx. */
  error?: Error;
}
