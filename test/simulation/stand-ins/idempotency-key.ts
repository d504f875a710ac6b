import { type Keyed, readKey as readTruly } from '../../../lib/http/idempotency-key.ts';
import { simulated } from './simulated.ts';

export type { Keyed };

/** In place of lib/http/idempotency-key.ts: the real one, unless a mutant reads keys wrongly. */
export const readKey: typeof readTruly = (headers, scope, sent) => {
  const { userBlind, pathBlind, bodyBlind, drawToken } = simulated.keyReading;
  const key = readTruly(
    headers,
    {
      ...scope,
      ...(userBlind ? { userId: 'anybody' as typeof scope.userId } : {}),
      ...(pathBlind ? { path: 'anywhere' } : {}),
    },
    bodyBlind ? null : sent,
  );
  return drawToken === undefined ? key : { ...key, token: drawToken() };
};
