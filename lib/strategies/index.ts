import type { Decision, Placement } from '../domain/placement.ts';
import type { StrategyName } from '../domain/product.ts';
import type { Combiner } from '../ports/combiner.ts';
import type { Leases } from '../ports/leases.ts';
import type { Lock } from '../ports/lock.ts';
import type { Stock } from '../ports/stock.ts';
import type { Strategy } from '../ports/strategy.ts';
import { conditionalWrite } from './conditional-write.ts';
import { dynamodbLease } from './dynamodb-lease.ts';
import { type KeyedDeps, kafkaKeyed } from './kafka-keyed.ts';
import { locked } from './locked.ts';
import { redisCombining } from './redis-combining.ts';
import { versionRetry } from './version-retry.ts';

export interface StrategyDeps extends KeyedDeps {
  readonly stock: Stock;
  readonly leases: Leases;
  readonly spinLock: Lock;
  readonly pubsubLock: Lock;
  readonly combiner: Combiner<Placement, Decision>;
}

/** Every way of meeting contention, by the name that a product is set to. */
export const strategiesOn = (deps: StrategyDeps): Readonly<Record<StrategyName, Strategy>> => ({
  'conditional-write': conditionalWrite(deps.stock),
  'version-retry': versionRetry(deps.stock),
  'dynamodb-lease': dynamodbLease(deps),
  'redis-spin': locked(deps.stock, deps.spinLock),
  'redis-pubsub': locked(deps.stock, deps.pubsubLock),
  'redis-combining': redisCombining(deps.stock, deps.combiner),
  'kafka-keyed': kafkaKeyed(deps),
});
