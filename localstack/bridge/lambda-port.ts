import type { Invocation, Invoke } from './invocation.ts';

/** Above the function's own time-out, which is told by the port: to be met only if the port hangs. */
const ANSWER_MS_MAX = 70_000;
/** Of a stack trace, what a line of the log is to hold. */
const ERROR_MAX = 500;

/**
 * Invokes a function through the lambda port of serverless-offline or of the thin harness, and waits
 * for its answer. The other way, `Event`, would end serverless-offline if the function throws.
 */
export function lambdaPort(url: string, functionName: string): Invoke {
  const path = `${url}/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
  return async (event): Promise<Invocation> => {
    try {
      const response = await fetch(path, {
        method: 'POST',
        headers: { 'X-Amz-Invocation-Type': 'RequestResponse' },
        body: JSON.stringify(event),
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      });
      const payload = await response.text();
      if (!response.ok) return { kind: 'unreached', error: `${response.status} ${payload}` };
      if (response.headers.has('x-amz-function-error')) {
        return { kind: 'threw', error: payload.slice(0, ERROR_MAX) };
      }
      return { kind: 'returned', answer: parsed(payload) };
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      return { kind: 'unreached', error: `the lambda port does not answer (${String(cause)})` };
    }
  };
}

/** A handler that returns nothing is answered with an empty body. */
function parsed(payload: string): unknown {
  if (payload === '') return null;
  try {
    return JSON.parse(payload);
  } catch {
    return payload;
  }
}
