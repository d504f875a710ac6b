import type { MiddlewareObj } from '@middy/core';
import { Unavailable } from '../domain/unavailable.ts';
import { problem } from './problems.ts';
import type { Reply } from './reply.ts';
import type { Visit } from './visit.ts';

/**
 * The only place that makes answers of errors: an outage is told as one, and what is left is a
 * defect, told without a word of what it was.
 */
export const caught = (): MiddlewareObj<Visit, Reply> => ({
  onError: (request) => {
    const { error, event: visit } = request;
    if (error) visit.error = error;
    request.response = problem(error instanceof Unavailable ? 'unavailable' : 'internal');
  },
});
