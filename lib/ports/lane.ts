import type { LanePlace, QueuedOrder } from '../domain/lane.ts';

/** The queue in front of a product: its orders are decided in the order in which they joined. */
export interface Lane {
  /**
   * Resolves once the broker has the order for good. Throws `Unavailable` on an outage: the order may
   * be there all the same, and joining again is harmless, since its id is the same.
   */
  join(order: QueuedOrder): Promise<LanePlace>;
}
