import type { Temper } from './bench.ts';
import type { FaultBox, SeenCall } from './box.ts';
import {
  atRandom,
  type Fault,
  faults,
  mulberry32,
  onwards,
  type Script,
  scripted,
} from './faults.ts';
import type { Case, Finding } from './law.ts';

/** A read does nothing, so a reply and a request are lost alike. */
const ofReads: readonly Fault[] = [
  'lost-request',
  'throttled',
  '500-before',
  'refused-connection',
  'twin',
];
const befalling = (call: SeenCall | undefined): readonly Fault[] =>
  call === undefined || call.writes ? faults : ofReads;

/** Of equal calls side by side, such as a query for each shard, the first stands for all. */
const standing = (calls: readonly SeenCall[]): SeenCall[] =>
  calls.filter(
    ({ operation }, i) => operation !== 'Query' || calls[i - 1]?.operation !== operation,
  );

const inPlan = <S>(scenario: S, script: Script, temper: Temper = 'patient'): Case<S> => ({
  scenario,
  source: scripted(script),
  script: JSON.stringify(script),
  temper,
});

/** Each fault at each call of a request that needs these calls. */
export const singles = <S>(scenario: S, calls: readonly SeenCall[]): Case<S>[] =>
  standing(calls).flatMap((call) =>
    befalling(call).map((fault) => inPlan(scenario, { [call.number]: fault })),
  );

/** A read that ends in an outage is made again; one that a twin came before is not. */
const repeated = (call: SeenCall, fault: Fault): boolean =>
  call.writes || (fault !== 'twin' && fault !== 'conflict');

/** Each fault at each call, and another or the same at the call that comes then. */
export const pairs = <S>(scenario: S, calls: readonly SeenCall[]): Case<S>[] =>
  standing(calls).flatMap((call) =>
    befalling(call).flatMap((fault) => {
      const next = repeated(call, fault) ? call : calls[call.number];
      return befalling(next).map((other) =>
        inPlan(scenario, { [call.number]: fault, [call.number + 1]: other }),
      );
    }),
  );

/** Each fault from each call on, for good: the request has to give up, and must not lie then. */
export const endless = <S>(scenario: S, calls: readonly SeenCall[]): Case<S>[] =>
  standing(calls).flatMap((call) =>
    faults
      .filter((fault) => fault !== 'twin')
      .map((fault): Case<S> => {
        const source = onwards(call.number, fault);
        const script = `${fault} from ${call.number} on`;
        return { scenario, source, script, temper: 'hasty', endless: true };
      }),
  );

/** Faults at any call, by chance: deeper trouble than a plan would come up with. */
export const byChance = <S>(scenario: S, seed: number, count: number): Case<S>[] =>
  Array.from({ length: count }, (_, i) => ({
    scenario,
    source: atRandom(seed + i, 0.3, faults),
    script: `by chance, seed ${seed + i}`,
    temper: 'patient',
    endless: true,
    untimed: true,
  }));

/** All cases of a scenario: one fault or an engine gone from the start, and all else. */
export function shapes<S>(
  scenario: S,
  calls: readonly SeenCall[],
): { readonly basic: Case<S>[]; readonly others: Case<S>[] } {
  const ending = endless(scenario, calls);
  const fromTheStart = new Set(['conflict from 1 on', 'lost-reply from 1 on']);
  return {
    basic: [
      ...singles(scenario, calls),
      ...ending.filter(({ script }) => fromTheStart.has(script)),
    ],
    others: [
      ...pairs(scenario, calls),
      ...ending.filter(({ script }) => !fromTheStart.has(script)),
    ],
  };
}

/** So many of the cases, by chance. */
export function sampled<C>(cases: readonly C[], count: number, seed: number): readonly C[] {
  if (cases.length <= count) return cases;
  const draw = mulberry32(seed);
  const shuffled = cases.map((one) => ({ one, at: draw() })).sort((a, b) => a.at - b.at);
  return shuffled.slice(0, count).map(({ one }) => one);
}

/** Runs one case on a bench; rejects with the whole story if the law was broken. */
export type Judge<B, S> = (bench: B, one: Case<S>) => Promise<Finding>;

/** What a scenario needs when nothing goes wrong. */
export async function callsOf<B, S>(
  judge: Judge<B, S>,
  bench: B,
  scenario: S,
): Promise<readonly SeenCall[]> {
  const { calls } = await judge(bench, inPlan(scenario, {}));
  return calls;
}

interface Boxed {
  readonly box: FaultBox;
}

/** What the drive says first of a broken shop; nothing of one that keeps the law. */
export async function firstLie<B extends Boxed, S>(
  judge: Judge<B, S>,
  bench: B,
  scenario: S,
  calls: readonly SeenCall[],
): Promise<string> {
  for (const cases of [singles, endless, pairs]) {
    for (const one of cases(scenario, calls)) {
      try {
        await judge(bench, one);
      } catch (error) {
        return (error as Error).message;
      } finally {
        await bench.box.settle();
      }
    }
  }
  return '';
}

export interface Report {
  cases: number;
  readonly failures: string[];
  /** How often each fault befell a call. */
  readonly fired: Map<Fault, number>;
  /** How often each answer was given. */
  readonly answers: Map<string, number>;
}

export const reportOn = (cases: number): Report => ({
  cases,
  failures: [],
  fired: new Map(),
  answers: new Map(),
});

/** Adds a report to a sum. */
export function addUp(sum: Report, { cases, failures, fired, answers }: Report): void {
  sum.cases += cases;
  sum.failures.push(...failures);
  for (const [fault, count] of fired) raise(sum.fired, fault, count);
  for (const [answer, count] of answers) raise(sum.answers, answer, count);
}

export const inTable = ({ cases, fired, answers }: Report): string =>
  [
    `${cases} cases`,
    `  faults: ${[...fired].map(([fault, count]) => `${fault} ${count}`).join(', ')}`,
    `  answers: ${[...answers].map(([answer, count]) => `${answer} ${count}`).join(', ')}`,
  ].join('\n');

/** Runs the cases, as many at a time as there are benches. */
export async function drive<B extends Boxed, S>(
  judge: Judge<B, S>,
  benches: readonly B[],
  cases: readonly Case<S>[],
): Promise<Report> {
  const report = reportOn(cases.length);
  const left = [...cases];
  const work = async (bench: B) => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      try {
        note(report, await judge(bench, one));
      } catch (error) {
        report.failures.push((error as Error).message);
        await bench.box.settle();
      }
    }
  };
  await Promise.all(benches.map(work));
  return report;
}

function note({ fired, answers }: Report, { answer, calls }: Finding): void {
  raise(answers, answer, 1);
  for (const { fault } of calls) if (fault !== undefined) raise(fired, fault, 1);
}

function raise<K>(counts: Map<K, number>, key: K, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
