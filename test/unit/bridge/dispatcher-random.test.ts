import { expect, test } from '@jest/globals';
import { Random } from '../../simulation/random.ts';
import {
  type Call,
  failedAt,
  kafkaStage,
  records,
  returned,
  threw,
  unreached,
} from './kafka-stage.ts';

const SEEDS =
  process.env['SEED'] === undefined
    ? Array.from({ length: 40 }, (_, i) => i + 1)
    : [Number(process.env['SEED'])];
const PARTITIONS = [0, 1, 2];
const RECORDS = 40;
const STEPS_MAX = 5_000;

/**
 * A topic of three partitions, read to its end by a dispatcher whose function throws, is away, reports
 * some records, or names what it never got, and which is made to read anew from what was committed.
 */
async function play(seed: number) {
  const random = new Random(seed);
  const batchSize = random.between(1, 12);
  const stage = kafkaStage({ batchSize, windowMs: random.pick([0, 50]) });
  const { dispatcher, time, calls } = stage;
  const readTo = PARTITIONS.map(() => 0);
  const committed = PARTITIONS.map(() => 0);
  const succeeded = PARTITIONS.map(() => new Set<number>());
  const fired = { threw: 0, unreached: 0, unknown: 0, partly: 0, anew: 0 };
  const open = new Set<Call>();
  let [seen, doneSeen] = [0, 0];

  const look = (): void => {
    for (const told of stage.done.slice(doneSeen)) {
      const [partition = 0, next = 0] = told.split(':').map(Number);
      for (let offset = committed[partition] ?? 0; offset < next; offset += 1) {
        expect(succeeded[partition]).toContain(offset);
      }
      committed[partition] = Math.max(committed[partition] ?? 0, next);
    }
    doneSeen = stage.done.length;
    for (const call of calls.slice(seen)) {
      open.add(call);
      const offsets = new Map<string, number[]>();
      for (const place of call.records) {
        const [partition = '', offset = ''] = place.split(':');
        offsets.set(partition, [...(offsets.get(partition) ?? []), Number(offset)]);
      }
      expect(call.records.length).toBeLessThanOrEqual(batchSize);
      for (const [partition, there] of offsets) {
        // Nothing is skipped: a batch begins at the latest behind what was told to be done.
        expect(there[0]).toBeLessThanOrEqual(committed[Number(partition)] ?? 0);
        expect(there).toEqual(there.map((_, i) => (there[0] ?? 0) + i));
      }
      const inFlight = [...open].flatMap((c) => [...new Set(c.records.map((r) => r[0]))]);
      expect(new Set(inFlight).size).toBe(inFlight.length);
    }
    seen = calls.length;
  };

  const endOne = async (): Promise<void> => {
    const call = random.pick([...open]);
    open.delete(call);
    const fate = random.below(10);
    if (fate === 0) fired.threw += 1;
    if (fate === 1) fired.unreached += 1;
    if (fate === 2) fired.unknown += 1;
    if (fate === 0) return call.end(threw);
    if (fate === 1) return call.end(unreached);
    if (fate === 2) return call.end(failedAt(['orders-0', 1_000]));
    const failed = new Map<string, number>();
    if (fate < 6) {
      fired.partly += 1;
      for (const place of call.records.filter(() => random.chance(0.3))) {
        const [partition = '', offset = ''] = place.split(':');
        failed.set(partition, Math.min(failed.get(partition) ?? Infinity, Number(offset)));
      }
    }
    for (const place of call.records) {
      const [partition = '', offset = ''] = place.split(':');
      if (Number(offset) < (failed.get(partition) ?? Infinity)) {
        succeeded[Number(partition)]?.add(Number(offset));
      }
    }
    const named = [...failed].map(([p, offset]) => [`orders-${p}`, offset] as const);
    return call.end(named.length === 0 ? returned() : failedAt(...named));
  };

  for (let step = 0; step < STEPS_MAX; step += 1) {
    look();
    if (committed.every((next) => next === RECORDS)) return { fired };
    const choice = random.below(20);
    const partition = random.pick(PARTITIONS);
    const from = readTo[partition] ?? 0;
    if (choice === 0) {
      fired.anew += 1;
      dispatcher.rewind();
      for (const p of PARTITIONS) readTo[p] = committed[p] ?? 0;
    } else if (choice < 6 && from < RECORDS) {
      const to = Math.min(RECORDS, from + random.between(1, 15));
      readTo[partition] = to;
      dispatcher.take(
        partition,
        records(partition, ...Array.from({ length: to - from }, (_, i) => from + i)),
      );
    } else if (choice < 13 && open.size > 0) await endOne();
    else await time.pass(random.pick([1, 60, 300, 5_000]));
  }
  throw new Error(`not at the end after ${STEPS_MAX} steps`);
}

test('whatever fails, every record is done, in the order of its partition, before it is told to be', async () => {
  const all = { threw: 0, unreached: 0, unknown: 0, partly: 0, anew: 0 };
  for (const seed of SEEDS) {
    try {
      const { fired } = await play(seed);
      for (const kind of Object.keys(all) as (keyof typeof all)[]) all[kind] += fired[kind];
    } catch (error) {
      throw new Error(`SEED=${seed}`, { cause: error });
    }
  }
  if (SEEDS.length > 1) for (const times of Object.values(all)) expect(times).toBeGreaterThan(100);
});
