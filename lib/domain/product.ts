import type { CatalogueVersion, Sku } from './ids.ts';

/** The ways of meeting contention that a product can be set to. */
export const strategyNames = [
  'conditional-write',
  'version-retry',
  'dynamodb-lease',
  'redis-spin',
  'redis-pubsub',
  'redis-combining',
  'kafka-keyed',
] as const;
export type StrategyName = (typeof strategyNames)[number];
export const defaultStrategy: StrategyName = 'conditional-write';

/** What a product is sold as; everything about it but its stock. */
export interface Offer {
  readonly sku: Sku;
  readonly name: string;
  readonly priceMinor: number;
  readonly strategy: StrategyName;
  readonly catalogueVersion: CatalogueVersion;
}

export interface Product extends Offer {
  readonly availableUnits: number;
}
