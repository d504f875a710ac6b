import { keyMutants } from './keys.ts';
import { moneyMutants } from './money.ts';
import type { Mutant } from './mutant.ts';
import { stockMutants } from './stock.ts';

/** Every planted bug, by name. */
export const mutants: Readonly<Record<string, Mutant>> = {
  ...stockMutants,
  ...keyMutants,
  ...moneyMutants,
};
