import type { MiddlewareObj } from '@middy/core';
import type { Reply } from './reply.ts';
import type { Telemetry } from './telemetry.ts';
import type { Visit } from './visit.ts';

/** Tells of every request, however it ended; stands outside of `caught`, so that a reply is there. */
export const observed = (telemetry: Telemetry): MiddlewareObj<Visit, Reply> => {
  const tell = ({
    event: visit,
    response,
  }: {
    event: Visit;
    response: Reply | null | undefined;
  }) => {
    if (response) telemetry.tell(visit, response);
  };
  return { after: tell, onError: tell };
};
