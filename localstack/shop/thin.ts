import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Handler } from '../../lib/http/route.ts';
import { routes } from '../../lib/http/routes.ts';
import { timeouts } from '../../lib/runtime/timeouts.ts';
import { serveLambdaPort } from './thin-lambda.ts';
import { handlerOf } from './handlers.ts';
import { installPlugins } from './plugins.ts';
import { endWithParent } from './parent.ts';

/** Longer than anybody here leaves a connection alone. */
const KEEP_ALIVE_MS = 60_000;

/**
 * The functions behind nothing but `node:http`: the same handlers and events as behind API Gateway,
 * so that a measurement is of the shop and not of an emulator, which serves a tenth of the requests.
 */
interface Entry {
  readonly method: string;
  readonly pattern: RegExp;
  readonly handler: Handler;
}

async function loadEntries(): Promise<Entry[]> {
  return Promise.all(
    Object.entries(routes).map(async ([name, { method, path }]) => ({
      method,
      pattern: new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
      handler: (await handlerOf(name)) as Handler,
    })),
  );
}

async function bytesOf(request: IncomingMessage): Promise<string | null> {
  const body = await text(request.setEncoding('base64'));
  return body === '' ? null : body;
}

function headersOf({ rawHeaders }: IncomingMessage): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (let i = 0; i < rawHeaders.length; i += 2) {
    (headers[rawHeaders[i] ?? ''] ??= []).push(rawHeaders[i + 1] ?? '');
  }
  return headers;
}

function queryOf(query: string): Record<string, string[]> {
  const parameters: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) (parameters[name] ??= []).push(value);
  return parameters;
}

async function serve(entries: readonly Entry[], unrouted: Handler, request: IncomingMessage) {
  const [path = '/', query = ''] = (request.url ?? '/').split('?');
  const hit = entries
    .filter(({ method }) => method === request.method)
    .map((entry) => ({ entry, match: entry.pattern.exec(path) }))
    .find(({ match }) => match !== null);
  const event = {
    httpMethod: request.method ?? 'GET',
    path,
    // As sent, like API Gateway's.
    pathParameters: hit?.match?.groups ?? null,
    multiValueQueryStringParameters: queryOf(query),
    multiValueHeaders: headersOf(request),
    body: await bytesOf(request),
    isBase64Encoded: true,
  } as unknown as APIGatewayProxyEvent;
  const endMs = Date.now() + timeouts.functionMs;
  const context = { getRemainingTimeInMillis: () => endMs - Date.now() } as Context;
  return (hit?.entry.handler ?? unrouted)(event, context);
}

function send(response: ServerResponse, { statusCode, headers, body }: APIGatewayProxyResult) {
  response.writeHead(statusCode, { ...(headers as Record<string, string>) }).end(body);
}

endWithParent();
await installPlugins(process.env);
const entries = await loadEntries();
const unrouted = (await handlerOf('unrouted')) as Handler;
const server = createServer((request, response) => {
  serve(entries, unrouted, request).then(
    (result) => {
      send(response, result);
    },
    (error: unknown) => {
      // A handler answers whatever happens, so this is a client that hung up while it was sending.
      process.stderr.write(`${String(error)}\n`);
      response.destroy();
    },
  );
});
// Node's own 5 s shut connections in the very moment in which a client uses them again.
server.keepAliveTimeout = KEEP_ALIVE_MS;
server.listen(Number(process.env['PORT']), '127.0.0.1');
serveLambdaPort(Number(process.env['LAMBDA_PORT']));
