import type { KeyToken } from '../../../lib/domain/ids.ts';
import { Unavailable } from '../../../lib/domain/unavailable.ts';
import type { Mutant } from './mutant.ts';

const DIGITS = Array.from('abcdefghijklmnopqrstuvwxyz234567');

/** Shops that misread keys, or forget what is not known. */
export const keyMutants = {
  'id drawn anew': {
    bug: 'draws a fresh id for each request, so that a retry does not find the first',
    keyReading: ({ random }) => ({
      drawToken: () => Array.from({ length: 26 }, () => random.pick(DIGITS)).join('') as KeyToken,
    }),
  },
  'key of anybody': {
    bug: 'does not tell users apart when it looks at keys',
    keyReading: () => ({ userBlind: true }),
  },
  'key of any route': {
    bug: 'does not tell paths apart when it looks at keys',
    keyReading: () => ({ pathBlind: true }),
  },
  'fingerprint ignored': {
    bug: 'replays a key whatever the request asks for',
    keyReading: () => ({ bodyBlind: true }),
  },
  'doubt forgotten': {
    bug: 'takes a call of unknown fate for one that did nothing, and tells refusals in doubt',
    client: ({ stock, ledger }) => ({ stock: certain(stock), ledger: certain(ledger) }),
  },
} as const satisfies Record<string, Mutant>;

/** A port whose outages all claim that nothing happened. */
const certain = <Port extends object>(port: Port): Port =>
  new Proxy(port, {
    get:
      (target, verb) =>
      (...args: unknown[]) =>
        (Reflect.get(target, verb) as (...args: unknown[]) => Promise<unknown>)(...args).catch(
          (error: unknown) => {
            throw error instanceof Unavailable ? new Unavailable('dynamodb', 'none', error) : error;
          },
        ),
  });
