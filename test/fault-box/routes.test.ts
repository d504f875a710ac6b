import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTables } from '../../localstack/shop/tables.ts';
import { InProcess } from '../in-process/functions.ts';
import { Bench } from './bench.ts';
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
import { keepsTheLaw, type Scenario } from './law.ts';
import { cartScenarios } from './scenarios-carts.ts';
import { moneyScenarios } from './scenarios-money.ts';
import { shopScenarios } from './scenarios.ts';

const endpoint = process.env['DYNAMODB_ENDPOINT'] ?? '';
const prefix = `faults-${randomUUID()}-`;

/**
 * `FAULT_CASES=all` runs every case, in some minutes; else every fault by itself, and so many more
 * by chance, which `FAULT_SEED` repeats.
 */
const more = process.env['FAULT_CASES'] === 'all' ? Infinity : 10;
const seed = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);
const fullMs = 3_600_000;

const total: Report = reportOn(0);
const startedMs = performance.now();
let benches: Bench[];

beforeAll(async () => {
  const [shop] = await Promise.all([InProcess.load(), createTables(endpoint, prefix)]);
  benches = Array.from({ length: 4 }, () => new Bench(shop, { endpoint, prefix }));
});

async function lies(scenario: Scenario): Promise<string> {
  const [bench] = benches;
  if (bench === undefined) throw new Error('there is no bench');
  const { basic, others } = shapes(scenario, await callsOf(keepsTheLaw, bench, scenario));
  const cases = [
    ...(scenario.costly ? sampled(basic, 2 * more, seed) : basic),
    ...sampled(others, more, seed),
    ...byChance(scenario, seed, more === Infinity ? 20 : 2),
  ];
  const report = await drive(keepsTheLaw, benches, cases);
  addUp(total, report);
  return report.failures.slice(0, 5).join('\n\n');
}

describe('one effect at most, and a true answer, whatever befalls', () => {
  it.each([...shopScenarios, ...moneyScenarios, ...cartScenarios])(
    '$name',
    async (scenario) => {
      expect(await lies(scenario)).toBe('');
    },
    fullMs,
  );
});

describe('the drive', () => {
  it('let every fault befall many a call, and heard every kind of answer', () => {
    for (const fault of faults) {
      expect([fault, total.fired.get(fault)]).toEqual([fault, atLeast(40)]);
    }
    const heard = [...total.answers.keys()];
    expect(heard).toEqual(expect.arrayContaining(['201', '200', '201 replayed (twin)']));
    expect(heard).toEqual(expect.arrayContaining(['insufficient-stock', 'stock-limit', 'stale']));
    expect(heard).toEqual(expect.arrayContaining(['unavailable', 'contended', 'unknown-sku']));
    const money = ['balance-limit', 'provider-ref-used', 'insufficient-balance'];
    expect(heard).toEqual(
      expect.arrayContaining([...money, 'order-expired', 'order-already-paid']),
    );
    expect(heard).toEqual(expect.arrayContaining(['204', 'cart-full']));
  });
});

/** Matches a number that is no less. */
const atLeast = (least: number): unknown => ({
  asymmetricMatch: (count: unknown) => Number(count) >= least,
});

afterAll(() => {
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  process.stderr.write(`\nFAULT_SEED=${seed}, ${seconds} s, ${inTable(total)}\n`);
});
