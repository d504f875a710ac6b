import type { LanePlace, QueuedOrder } from '../../domain/lane.ts';
import type { Lane } from '../../ports/lane.ts';

/** A lane in this process: all that joined it, each at the offset of its index. */
export class MemoryLane implements Lane {
  readonly orders: QueuedOrder[] = [];

  async join(order: QueuedOrder): Promise<LanePlace> {
    return { partition: 0, offset: this.orders.push(order) - 1 };
  }
}
