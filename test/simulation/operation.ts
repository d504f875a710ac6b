import { type Route, routes } from '../../lib/http/routes.ts';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { simulated } from './stand-ins/simulated.ts';

export type RouteName =
  'placeOrder' | 'payOrder' | 'chargeBalance' | 'adjustStock' | 'putProduct' | 'getBalance';

/** What a client wants of the shop: one request, sent once or more. */
export interface Operation {
  readonly route: RouteName;
  readonly user: string;
  /** The SKU of an admin's route. */
  readonly sku?: string;
  readonly key?: string;
  readonly body?: unknown;
  /** Sent with white space: by value the same request. */
  readonly spaced?: boolean;
}

/** An answer, as the client reads it. */
export interface Told {
  readonly status: number;
  readonly code: string | undefined;
  readonly replayed: boolean;
  readonly text: string;
}

/** The operation under its key: all that has the same identity has at most one effect. */
export const identityOf = ({ user, route, sku = '', key = '' }: Operation): string =>
  `${user} ${route} ${sku} ${key}`;

/** Equal for equal requests: bodies are made with their properties in one order. */
export const requestOf = ({ body }: Operation): string => JSON.stringify(body);

export const describeOperation = (operation: Operation): string =>
  `${operation.user} ${operation.route} ${operation.sku ?? ''} ${operation.key ?? ''} ` +
  requestOf(operation);

export const ADMIN = 'boss';

/** Calls the function that serves the operation, as API Gateway would. */
export async function call(operation: Operation): Promise<Told> {
  const route: Route = routes[operation.route];
  const handler = simulated.handlers.get(`${route.method} ${route.path}`);
  if (handler === undefined) throw new Error(`no function serves ${operation.route}`);
  return toldBy(await handler(eventOf(route, operation), {} as Context));
}

function eventOf({ method, path }: Route, operation: Operation): APIGatewayProxyEvent {
  const { user, sku, key, body, spaced } = operation;
  return {
    httpMethod: method,
    path,
    pathParameters: sku === undefined ? null : { sku },
    multiValueQueryStringParameters: null,
    multiValueHeaders: {
      authorization: [`Bearer ${user === ADMIN ? '-' : ''}${user}`],
      ...(key === undefined ? {} : { 'idempotency-key': [key] }),
      ...(operation.route === 'putProduct' ? { 'if-match': ['*'] } : {}),
      'content-type': ['application/json'],
    },
    body: body === undefined ? null : JSON.stringify(body, null, spaced ? 1 : 0),
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEvent;
}

function toldBy({ statusCode, headers, body }: APIGatewayProxyResult): Told {
  const isProblem = headers?.['Content-Type'] === 'application/problem+json';
  return {
    status: statusCode,
    code: isProblem ? (JSON.parse(body) as { code: string }).code : undefined,
    replayed: headers?.['Idempotent-Replayed'] === 'true',
    text: body,
  };
}
