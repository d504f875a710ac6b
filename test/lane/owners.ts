import type { MSKEvent } from 'aws-lambda';
import type { ConsumedRecord } from '../../lib/messaging/consumed-record.ts';
import { count } from '../simulation/coverage.ts';
import type { Task } from '../simulation/scheduler.ts';
import { consumedRecord, partitions } from './records.ts';
import type { LaneWorld } from './world.ts';

/** Offsets of one batch: from the first, up to the one behind the last. */
interface Range {
  readonly from: number;
  readonly to: number;
}

interface Owner extends Task {
  readonly partition: number;
  readonly generation: number;
}

const POLL_MS = 50;

/**
 * The broker's side of a consumer group: one owner for each partition, another when it crashes or is
 * taken for dead. Whoever was taken for dead may still be at work, and can't commit.
 */
export class Owners {
  /** When all is published and settled, the owners end. */
  closing = false;
  readonly committed: number[] = partitions.map(() => 0);
  readonly #world: LaneWorld;
  readonly #generations: number[] = partitions.map(() => 0);
  readonly #busy = new Set<Owner>();
  readonly #delivered = partitions.map((): Range[] => []);

  constructor(world: LaneWorld) {
    this.#world = world;
    world.onCrash = (task) => {
      this.#crash(task);
    };
    for (const partition of partitions) this.#open(partition, 0);
  }

  /** The owner is taken for dead, and another begins where the last commit was. */
  rebalance(partition: number): void {
    const { coverage } = this.#world;
    const isBusy = [...this.#busy].some((owner) => owner.partition === partition);
    if (isBusy) count(coverage, 'zombie');
    this.#open(partition, 0);
  }

  /** Somebody sets the group back: records come again that were settled long ago. */
  rewind(partition: number): void {
    const { random, coverage } = this.#world;
    const from = random.below((this.committed[partition] ?? 0) + 1);
    if (from < (this.committed[partition] ?? 0)) count(coverage, 'redelivery');
    this.committed[partition] = from;
    this.#open(partition, 0);
  }

  get allCommitted(): boolean {
    return partitions.every((p) => this.committed[p] === this.#world.log[p]?.length);
  }

  #open(partition: number, delayMs: number): void {
    const { scheduler } = this.#world;
    const generation = (this.#generations[partition] ?? 0) + 1;
    this.#generations[partition] = generation;
    const owner: Owner = { name: `p${partition}.${generation}`, partition, generation };
    const work = () => this.#own(owner);
    scheduler.spawn(owner, 'owns the partition', work, scheduler.nowMs + delayMs);
  }

  #isCurrent = ({ partition, generation }: Owner): boolean =>
    this.#generations[partition] === generation;

  async #own(owner: Owner): Promise<void> {
    const { scheduler, random, log, coverage } = this.#world;
    const { partition } = owner;
    let from = this.committed[partition] ?? 0;
    while (this.#isCurrent(owner)) {
      const all = log[partition] ?? [];
      if (from >= all.length) {
        if (this.closing) return;
        await scheduler.park(owner, 'polls', scheduler.nowMs + POLL_MS);
        continue;
      }
      const size = random.pick([1, 2, 3, 5, 20, 300]);
      const batch = all.slice(from, from + size);
      const records = batch.map((one, i) => consumedRecord(one, partition, from + i));
      this.#deliver(partition, { from, to: from + batch.length });
      this.#busy.add(owner);
      scheduler.current = owner;
      const next = await this.#settle(eventOf(records), partition, from + batch.length);
      this.#busy.delete(owner);
      if (next < from + batch.length) count(coverage, 'batch failed');
      from = next;
      if (this.#isCurrent(owner)) this.committed[partition] = from;
    }
  }

  #deliver(partition: number, { from, to }: Range): void {
    const delivered = this.#delivered[partition] ?? [];
    const isNew = (range: Range) => range.from !== from || range.to !== to;
    if (delivered.some((range) => range.from < to && from < range.to && isNew(range))) {
      count(this.#world.coverage, 'border moved');
    }
    delivered.push({ from, to });
  }

  async #settle(event: MSKEvent, partition: number, end: number): Promise<number> {
    const { batchItemFailures } = await this.#world.consumer(event);
    const name = `orders-${partition}`;
    const failure = batchItemFailures.find(
      ({ itemIdentifier }) => itemIdentifier.partition === name,
    );
    return failure?.itemIdentifier.offset ?? end;
  }

  #crash(task: Task): void {
    const { scheduler, random } = this.#world;
    if (!('generation' in task)) return;
    const owner = task as Owner;
    this.#busy.delete(owner);
    scheduler.drop(owner);
    if (this.#isCurrent(owner)) this.#open(owner.partition, random.below(30_000));
  }
}

const eventOf = (records: readonly ConsumedRecord[]): MSKEvent => {
  const inLambdasShape = records.map(({ topic, partition, offset, key, value }) => ({
    ...{ topic, partition, offset, timestamp: 0, timestampType: 'CREATE_TIME', headers: [] },
    ...(key === undefined ? {} : { key: Buffer.from(key).toString('base64') }),
    ...(value === undefined ? {} : { value: Buffer.from(value).toString('base64') }),
  }));
  const [{ topic, partition } = { topic: '', partition: 0 }] = records;
  return { records: { [`${topic}-${partition}`]: inLambdasShape } } as unknown as MSKEvent;
};
