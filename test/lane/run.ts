import type { Coverage } from '../simulation/coverage.ts';
import { calm, faultsAfter, faultsBefore } from '../simulation/faults.ts';
import type { LaneMutant } from './mutants.ts';
import { Owners } from './owners.ts';
import { consumedRecord, partitions } from './records.ts';
import { LaneWorld } from './world.ts';
import { deadLetterIdOf } from '../../lib/messaging/dead-letter-id.ts';

export interface LaneRun {
  readonly violations: readonly string[];
  readonly coverage: Coverage;
  readonly trace: readonly string[];
}

const SALE_MS = 20_000;

/** Plays a seed: a sale in bad weather, then a calm in which every record is settled. */
export async function runLane(
  seed: number,
  { mutant, tracing = false }: { mutant?: LaneMutant | undefined; tracing?: boolean } = {},
): Promise<LaneRun> {
  const world = new LaneWorld(seed, mutant, tracing);
  const { scheduler, network, random, oracle, coverage, log } = world;
  const kinds = new Set([...faultsBefore, ...faultsAfter]);
  network.weather = { rate: random.pick([0, 0.08, 0.2, 0.3]), kinds };
  const owners = new Owners(world);
  publishAll(world);
  disturb(world, owners);
  const end = { name: 'end' };
  scheduler.spawn(
    end,
    'the weather clears',
    async () => {
      network.weather = calm;
      while (log.flat().length < world.written.length) await scheduler.park(end, 'waits');
      // A process that stands still is not waited for.
      for (const partition of partitions) owners.rebalance(partition);
      owners.closing = true;
    },
    scheduler.nowMs + SALE_MS * 2,
  );
  await scheduler.run();
  checkEnd(world, owners);
  return { violations: oracle.violations, coverage, trace: scheduler.trace ?? [] };
}

function publishAll(world: LaneWorld): void {
  const { scheduler, random, written } = world;
  const hurry = random.pick([1, 20, 1_000]);
  let atMs = scheduler.nowMs;
  for (const [n, record] of written.entries()) {
    atMs += random.below(SALE_MS / written.length / hurry);
    const work = async () => {
      world.publish(record);
    };
    scheduler.spawn({ name: `door${n}` }, 'publishes', work, atMs);
  }
}

/** What others do to the product, and what befalls the group. */
function disturb(world: LaneWorld, owners: Owners): void {
  const { scheduler, random, skus } = world;
  const at = (name: string, work: () => Promise<void>) => {
    scheduler.spawn({ name }, name, work, scheduler.nowMs + random.below(SALE_MS));
  };
  for (let n = random.below(5); n > 0; n -= 1) at('admin', () => world.restock(random.pick(skus)));
  for (let n = random.below(3); n > 0; n -= 1) {
    at('shopper', () => world.placeAtOnce(random.pick(skus)));
  }
  for (let n = random.below(4); n > 0; n -= 1) {
    at('broker', async () => {
      owners.rebalance(random.pick(partitions));
    });
  }
  for (let n = random.below(3); n > 0; n -= 1) {
    at('operator', async () => {
      owners.rewind(random.pick(partitions));
    });
  }
}

/** Every record is settled, every unit is somewhere, and poison is kept, each once. */
function checkEnd(
  { log, oracle, skus, tables, letters, unitsOf }: LaneWorld,
  owners: Owners,
): void {
  const violated = (what: string) => oracle.violations.push(what);
  if (!owners.allCommitted) violated(`committed ${owners.committed.join(', ')} and not all`);
  const decided = oracle.decided();
  for (const sku of skus) {
    for (const [orderId] of oracle.firsts(sku)) {
      if (!decided.has(orderId)) violated(`${orderId} was never decided`);
    }
    const held = [...tables.orders.values()]
      .filter(({ order }) => order.status !== 'EXPIRED')
      .flatMap(({ order }) => order.lines)
      .reduce((sum, line) => sum + (line.sku === sku ? line.quantity : 0), 0);
    const left = tables.shelves.get(sku)?.availableUnits ?? 0;
    if (left + held !== unitsOf.get(sku)) {
      violated(`of ${unitsOf.get(sku)} units of ${sku}, ${left} are left and ${held} are held`);
    }
  }
  const poison = log.flatMap((records, partition) =>
    records.flatMap((record, offset) =>
      record.what === 'poison' ? [deadLetterIdOf(consumedRecord(record, partition, offset))] : [],
    ),
  );
  const kept = [...letters.keys()].sort();
  if (kept.join() !== poison.sort().join()) {
    violated(`${poison.length} records are poison, and ${kept.length} letters are kept`);
  }
}
