import { defaultStrategy, type StrategyName, strategyNames } from '../../lib/domain/product.ts';

/**
 * What is raced: a product's strategy, or `naive`, a shop that reads the stock and writes it without
 * condition. It is there to break the law; see bench/naive.ts.
 */
export type Racer = StrategyName | 'naive';

export const racers: readonly Racer[] = [...strategyNames, 'naive'];

/** What its product is set to. */
export const strategyOfRacer = (racer: Racer): StrategyName =>
  racer === 'naive' ? defaultStrategy : racer;
