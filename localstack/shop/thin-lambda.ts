import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { timeouts } from '../../lib/runtime/timeouts.ts';
import { type AnyHandler, handlerOf } from './handlers.ts';

/** `last-one-local-settleOrders`: no function's own name has a dash. */
const PATH = /^\/2015-03-31\/functions\/(?:[\w-]+-)?(\w+)\/invocations$/;

interface Answer {
  readonly status: number;
  readonly payload: unknown;
  /** Of the function, as opposed to the port. */
  readonly error?: 'Unhandled';
}

/**
 * Lambda's own door, as the bridge uses it: `POST /2015-03-31/functions/<name>/invocations` runs the
 * function in this process and answers as Lambda and serverless-offline do, with 200 and
 * `X-Amz-Function-Error` if it throws.
 */
export function serveLambdaPort(
  port: number,
  load: (name: string) => Promise<AnyHandler> = handlerOf,
): Server {
  const server = createServer((request, response) => {
    void answer(request, load).then(({ status, payload, error }) => {
      const headers = error === undefined ? {} : { 'X-Amz-Function-Error': error };
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
      // A handler that returns nothing is answered with null.
      response.end(JSON.stringify(payload ?? null));
    });
  });
  return server.listen(port, '127.0.0.1');
}

async function answer(
  request: IncomingMessage,
  load: (name: string) => Promise<AnyHandler>,
): Promise<Answer> {
  const [, name] = PATH.exec(request.url ?? '') ?? [];
  if (name === undefined || request.method !== 'POST') {
    return { status: 404, payload: { Type: 'User', Message: 'no such route' } };
  }
  const handler = await load(name).catch((error: unknown) => error as Error);
  if (handler instanceof Error) {
    const Message = `Function not found: ${name} (${handler.message})`;
    return { status: 404, payload: { Type: 'User', Message } };
  }
  try {
    return { status: 200, payload: await invoked(handler, name, (await json(request)) as object) };
  } catch (error) {
    const { name: errorType, message: errorMessage } =
      error instanceof Error ? error : new Error(String(error));
    return { status: 200, payload: { errorType, errorMessage }, error: 'Unhandled' };
  }
}

/**
 * Lambda ends a function that takes too long; here it is left to itself, and told to have failed. Only
 * consumers are invoked here, and theirs is the longest time.
 */
async function invoked(handler: AnyHandler, functionName: string, event: object): Promise<unknown> {
  const endMs = Date.now() + timeouts.consumerMs;
  const context = {
    functionName,
    awsRequestId: randomUUID(),
    getRemainingTimeInMillis: () => endMs - Date.now(),
  };
  const over = new AbortController();
  const late = sleep(timeouts.consumerMs, undefined, { signal: over.signal }).then(() => {
    throw new Error(`Task timed out after ${timeouts.consumerMs / 1_000} seconds`);
  });
  // Called off in the common case.
  late.catch(() => undefined);
  try {
    return await Promise.race([handler(event, context), late]);
  } finally {
    over.abort();
  }
}
