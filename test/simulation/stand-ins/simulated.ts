import type { selling } from '../../../lib/runtime/selling.ts';
import type { KeyToken } from '../../../lib/domain/ids.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { Handler } from '../../../lib/http/route.ts';

export type App = typeof selling;

/** How the keys of requests are read, for mutants that read them wrongly. */
export interface KeyReading {
  readonly userBlind?: boolean;
  readonly pathBlind?: boolean;
  readonly bodyBlind?: boolean;
  /** In place of the token that is derived from the key. */
  readonly drawToken?: (() => KeyToken) | undefined;
}

/** What the functions run on: one world at a time, put here before its first step. */
export const simulated = {
  app: {} as App,
  clock: {} as Clock,
  newRequestId: (): string => '',
  keyReading: {} as KeyReading,
  /** The functions, by method and path, as their files made them. */
  handlers: new Map<string, Handler>(),
};
