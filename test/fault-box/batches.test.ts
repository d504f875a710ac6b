import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTables } from '../../localstack/shop/tables.ts';
import { BatchBench } from './batch-bench.ts';
import { type BatchScenario, settlesOnce } from './batch-law.ts';
import { batchScenarios } from './batch-scenarios.ts';
import {
  addUp,
  byChance,
  callsOf,
  drive,
  inTable,
  type Report,
  reportOn,
  sampled,
  shapes,
} from './drive.ts';
import { faults } from './faults.ts';

const endpoint = process.env['DYNAMODB_ENDPOINT'] ?? '';
const prefix = `batches-${randomUUID()}-`;

/** As in routes.test.ts: all cases, or every fault by itself and so many more by chance. */
const more = process.env['FAULT_CASES'] === 'all' ? Infinity : 20;
const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);
const fullMs = 3_600_000;

const total: Report = reportOn(0);
const startedMs = performance.now();
const benches = Array.from({ length: 4 }, () => new BatchBench({ endpoint, prefix }));

beforeAll(() => createTables(endpoint, prefix));

async function wrongs(scenario: BatchScenario): Promise<string> {
  const [bench] = benches;
  if (bench === undefined) throw new Error('there is no bench');
  const { costly = false } = scenario;
  const { basic, others } = shapes(scenario, await callsOf(settlesOnce, bench, scenario));
  const cases = [
    ...(costly ? sampled(basic, more / 2, seed) : basic),
    ...sampled(others, costly ? more / 4 : more, seed),
    ...byChance(scenario, seed, more === Infinity ? 50 : costly ? 2 : 5),
  ];
  // Large transactions side by side would be given up where the machine is busy.
  const report = await drive(settlesOnce, costly ? [bench] : benches, cases);
  addUp(total, report);
  return report.failures.slice(0, 5).join('\n\n');
}

describe('a batch is settled once, in its order, and nothing of it is lost, whatever befalls', () => {
  it.each(batchScenarios)(
    '$name',
    async (scenario) => {
      expect(await wrongs(scenario)).toBe('');
    },
    fullMs,
  );
});

describe('the drive', () => {
  it('let every fault befall many a call, and had batches delivered more than once', () => {
    for (const fault of faults) {
      expect([fault, (total.fired.get(fault) ?? 0) >= 20]).toEqual([fault, true]);
    }
    expect([...total.answers.keys()]).toEqual(
      expect.arrayContaining(['1 deliveries', '2 deliveries', '3 deliveries']),
    );
  });
});

afterAll(() => {
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  process.stderr.write(`\nFAULT_SEED=${seed}, ${seconds} s, ${inTable(total)}\n`);
});
