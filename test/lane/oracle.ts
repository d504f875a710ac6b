import type { MemoryTables } from '../../lib/adapters/memory/shop.ts';
import type { GroupPlan } from '../../lib/domain/group.ts';
import { HOLD_SLACK_MS } from '../../lib/domain/hold.ts';
import type { OrderId, Sku } from '../../lib/domain/ids.ts';
import { ordersAhead } from '../../lib/domain/lane.ts';
import type { Placement } from '../../lib/domain/placement.ts';
import type { Written } from './records.ts';

/** The shop just before a group is committed. */
export interface Before {
  readonly availableUnits: number;
  readonly decided: ReadonlySet<OrderId>;
  /** What orders past their end held when the plan was sent. */
  readonly expiredUnits: number;
  readonly nowMs: number;
}

interface First {
  readonly offset: number;
  readonly written: Written;
}

/**
 * First come, first served: judges each transaction of a lane as it is committed, by the records in
 * their order and by the stock at that moment. It shares no code with the shop's own planning.
 */
export class Oracle {
  readonly violations: string[] = [];
  readonly #tables: MemoryTables;
  readonly #log: readonly (readonly Written[])[];
  readonly #tardy = new Set<OrderId>();
  readonly #laneOffsets = new Map<Sku, number>();

  constructor(tables: MemoryTables, log: readonly (readonly Written[])[]) {
    this.#tables = tables;
    this.#log = log;
  }

  decided(): Set<OrderId> {
    return new Set([...this.#tables.orders.keys(), ...this.#tables.rejected.keys()]);
  }

  /** Units that orders past their end still hold. */
  expiredUnits(sku: Sku, nowMs: number): number {
    return [...this.#tables.orders.values()]
      .filter(({ order }) => order.status === 'PENDING_PAYMENT' && !this.#tardy.has(order.orderId))
      .filter(({ order }) => Date.parse(order.expiresAt) <= nowMs)
      .flatMap(({ order }) => order.lines)
      .reduce((sum, line) => sum + (line.sku === sku ? line.quantity : 0), 0);
  }

  /** The first record of each order of a product, by its id. */
  firsts(sku: Sku): Map<OrderId, First> {
    const firsts = new Map<OrderId, First>();
    for (const log of this.#log) {
      for (const [offset, written] of log.entries()) {
        const { order } = written;
        if (order?.line.sku !== sku || firsts.has(order.orderId)) continue;
        firsts.set(order.orderId, { offset, written });
      }
    }
    return firsts;
  }

  /** Whether a committed group decided what was due, and as it had to. */
  judge(plan: GroupPlan, before: Before): void {
    const firsts = this.firsts(plan.sku);
    const refused = plan.refused.map(({ placement }) => placement);
    const group = [
      ...plan.accepted.map((placement) => ({ placement, accepted: true })),
      ...refused.map((placement) => ({ placement, accepted: false })),
    ].map((one) => ({ ...one, offset: this.#offsetOf(one.placement, firsts) }));
    group.sort((a, b) => a.offset - b.offset);

    const inGroup = new Set(group.map(({ placement }) => placement.order.orderId));

    let left = before.availableUnits;
    for (const { placement, accepted, offset } of group) {
      const { orderId, lines, createdAt } = placement.order;
      const units = lines[0]?.quantity ?? 0;
      if (before.decided.has(orderId)) this.#violated(`${orderId} is decided twice`);
      if (accepted !== units <= left) {
        this.#violated(`${orderId} of ${units} ${accepted ? 'accepted' : 'refused'} at ${left}`);
      }
      if (accepted) left -= units;
      else if (before.expiredUnits > 0 && units <= left + before.expiredUnits) {
        this.#violated(`${orderId} refused while expired orders held ${before.expiredUnits}`);
      }
      if (before.nowMs - Date.parse(createdAt) > HOLD_SLACK_MS) this.#tardy.add(orderId);
      for (const [earlier, first] of firsts) {
        const isOut = inGroup.has(earlier) || before.decided.has(earlier);
        if (first.offset >= offset || isOut) continue;
        this.#violated(`${orderId} was decided before ${earlier}, which came before it`);
      }
    }
  }

  /** After each step: a lane goes only forward, and nobody has more before it than it was told. */
  watch(): void {
    for (const {
      sku,
      availableUnits,
      laneOffset,
      lanePartition,
    } of this.#tables.shelves.values()) {
      if (availableUnits < 0) this.#violated(`oversold: ${availableUnits} units of ${sku}`);
      if (laneOffset === undefined || lanePartition === undefined) continue;
      const before = this.#laneOffsets.get(sku) ?? -1;
      if (laneOffset === before) continue;
      if (laneOffset < before) this.#violated(`the lane of ${sku} fell from ${before}`);
      this.#laneOffsets.set(sku, laneOffset);
      this.#watchPositions(sku);
    }
  }

  #watchPositions(sku: Sku): void {
    const shelf = this.#tables.shelves.get(sku);
    const decided = this.decided();
    let waiting = 0;
    for (const [orderId, { offset }] of this.firsts(sku)) {
      if (decided.has(orderId)) continue;
      const partition = shelf?.lanePartition ?? 0;
      const told = shelf && ordersAhead({ partition, offset }, shelf);
      if (told !== undefined && told < waiting) {
        this.#violated(`${orderId} was told ${told} ahead, and there are ${waiting}`);
      }
      waiting += 1;
    }
  }

  #offsetOf({ order, fingerprint }: Placement, firsts: ReadonlyMap<OrderId, First>): number {
    const first = firsts.get(order.orderId);
    if (first === undefined) this.#violated(`${order.orderId} was never published`);
    else if (first.written.order?.fingerprint !== fingerprint) {
      this.#violated(`${order.orderId} was decided for another request than the first`);
    }
    return first?.offset ?? Infinity;
  }

  #violated(what: string): void {
    this.violations.push(what);
  }
}
