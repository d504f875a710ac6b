import assert from 'node:assert/strict';
import type { Ask, Told, World } from '../in-process/functions.ts';
import type { Bench, Sight, Temper, Watched } from './bench.ts';
import type { SeenCall } from './box.ts';
import type { FaultSource } from './faults.ts';

/** A request in its surroundings, made afresh for each case. */
export interface Stage {
  readonly ask: Ask;
  readonly container: World;
  readonly skus: readonly string[];
  readonly watched?: readonly Watched[];
  /** Orders that are over, or soon will be: nothing but paying them is an effect. */
  readonly overdue?: readonly string[];
  /** What is answered when nothing goes wrong: a status, or the code of a refusal. */
  readonly usual: number | string;
  /** What else may be true when time passed, or when the rival came first. */
  readonly also?: readonly (number | string)[];
  /** What the one effect must look like; `told` is its answer. */
  readonly holds: (before: Sight, after: Sight, told: Told) => void;
  /** Takes the reason of the refusal away, so that a request that lands later would go through. */
  readonly relent?: () => Promise<void>;
  /** Sent in place of the equal request of a twin: another one, after the same thing. */
  readonly rival?: Ask;
  /** What the same request is answered once its effect is there, if not by a replay. */
  readonly again?: number | string;
  /**
   * Whether the effect came about in between, where it bears no name of the request that made it: the
   * request has no key, and whoever sends it again does the same again.
   */
  readonly nameless?: (before: Sight, after: Sight) => boolean;
}

export interface Scenario {
  readonly name: string;
  /** Whatever two faults in a row befall it, it ends as usual: there is no refusal to doubt. */
  readonly firm?: true;
  /** A case takes many calls: fewer cases will do. */
  readonly costly?: true;
  readonly stage: (bench: Bench) => Promise<Stage>;
}

export interface Case<S = Scenario> {
  readonly scenario: S;
  readonly source: FaultSource;
  readonly script: string;
  readonly temper: Temper;
  /** The fault goes on for so long that the request may give up. */
  readonly endless?: true;
  /** Outages come and go, so that there is no bound on how long they last. */
  readonly untimed?: true;
}

/** What came of a case that kept the law. */
export interface Finding {
  readonly answer: string;
  readonly calls: readonly SeenCall[];
}

/** A 2xx by its status, or what a refusal says. */
const wordOf = (told: Told): number | string =>
  told.status < 300 ? told.status : String(told.json['code']);
const marked = (told: Told): boolean => told.headers['Idempotent-Replayed'] === 'true';
const requestOf = (told: Told): string => String(told.headers['X-Request-Id']);

/** Runs one case; rejects with the whole story if an answer was untrue or an effect not single. */
export async function keepsTheLaw(bench: Bench, one: Case): Promise<Finding> {
  bench.begin(one.temper);
  const run = new Run(bench, one, await one.scenario.stage(bench));
  try {
    return { answer: await run.drive(), calls: run.calls };
  } catch (error) {
    const { message } = error as Error;
    const told = run.told.map((t) => `${t.status} ${t.text}${marked(t) ? ' (replayed)' : ''}`);
    throw new Error(
      [
        `${one.scenario.name}, ${one.temper}, ${one.script}: ${message}`,
        `  calls: ${run.calls.map(inWords).join(', ')}`,
        ...told.map((text) => `  told: ${text}`),
        ...bench.errors.map((one) => `  error: ${String(one)}`),
      ].join('\n'),
      { cause: error },
    );
  }
}

export const inWords = ({ number, operation, fault }: SeenCall): string =>
  `${number} ${operation}${fault === undefined ? '' : ` ${fault}`}`;

class Run {
  calls: readonly SeenCall[] = [];
  readonly told: Told[] = [];
  readonly #bench: Bench;
  readonly #case: Case;
  readonly #stage: Stage;
  /** What equal requests of twins were told. */
  readonly #twins: Told[] = [];
  /** What was there before and after each request of a rival. */
  readonly #rivalries: [Sight, Sight][] = [];

  constructor(bench: Bench, one: Case, stage: Stage) {
    this.#bench = bench;
    this.#case = one;
    this.#stage = stage;
  }

  async drive(): Promise<string> {
    const { box, nowMs } = this.#bench;
    const before = await this.#look();
    box.play(this.#case.source, () => this.#meanwhile());
    const told = await this.#send();
    await box.idle();
    this.calls = [...box.log];
    box.heal();
    this.#inTime(told, this.#bench.nowMs - nowMs);

    if (told.status < 300) await this.#effectIsSingle(before, told);
    else if (told.json['code'] === 'unavailable') await this.#keySettles(before, told);
    else await this.#nothingHappened(before, told);
    const twin = this.#twins.length === 0 ? '' : ' (twin)';
    return `${wordOf(told)}${marked(told) ? ' replayed' : ''}${twin}`;
  }

  /** The request of somebody else, from its start to its end. */
  async #meanwhile(): Promise<void> {
    const { ask, rival } = this.#stage;
    if (rival === undefined) {
      this.#twins.push(await this.#bench.sendAsTwin(ask));
    } else {
      const before = await this.#look();
      await this.#bench.sendAsTwin(rival);
      this.#rivalries.push([before, await this.#look()]);
    }
  }

  /** Within 3 s, and that with some room for the way there and back. */
  #inTime(told: Told, tookMs: number): void {
    if (told.status !== 503) return;
    assert.equal(told.headers['Retry-After'], '1');
    if (!this.#case.untimed) assert.ok(tookMs <= 2_800, `${tookMs} ms until it was told`);
  }

  /** A success: one effect, told by whoever made it, and by a replay to everyone else. */
  async #effectIsSingle(before: Sight, told: Told): Promise<void> {
    this.#isExpected(told);
    const after = await this.#onceMore(told);
    const maker = marked(told) ? this.#made && requestOf(this.#made) : requestOf(told);
    const [from, to] = this.#span(before, after);
    const named = this.#stage.nameless === undefined ? maker : NAMELESS;
    assert.deepEqual(this.#makersOf(from, to), [named], 'who made the effect');
    if (marked(told)) assert.equal(told.text, this.#made?.text, "the replay of the twin's reply");
    this.#stage.holds(from, to, told);
  }

  /** What the twin was told that made the effect. */
  get #made(): Told | undefined {
    return this.#twins.find((one) => one.status < 300 && !marked(one));
  }

  /** From when to when the one effect came to be: what rivals did before or after is not in it. */
  #span(before: Sight, after: Sight): [Sight, Sight] {
    const spans: [Sight, Sight][] = [];
    let from = before;
    for (const [start, end] of this.#rivalries) {
      spans.push([from, start]);
      from = end;
    }
    spans.push([from, after]);
    const [effect = [from, after], ...more] = spans.filter(
      ([start, end]) => this.#makersOf(start, end).length > 0,
    );
    assert.ok(more.length === 0, 'one effect');
    for (const [start, end] of spans) {
      if (start !== effect[0]) assert.deepEqual(end, start, 'no effect but one');
    }
    return effect;
  }

  /** Late requests land, and the key comes once more: this is what is there after all of that. */
  async #onceMore(told: Told): Promise<Sight> {
    await this.#bench.box.settle();
    const again = await this.#send();
    if (this.#stage.again === undefined) {
      assert.deepEqual([again.status, marked(again)], [told.status, true], 'a repeat is a replay');
      assert.equal(again.text, told.text, 'a replay is equal to the byte');
    } else {
      assert.equal(wordOf(again), this.#stage.again, 'a repeat finds it done');
    }
    return this.#look();
  }

  /** A refusal: nothing has changed, nor will it, whatever lands late. */
  async #nothingHappened(before: Sight, told: Told): Promise<void> {
    this.#isExpected(told);
    await this.#isUnchanged(before, 'nothing happened');
    const { relent } = this.#stage;
    // A refusal that was due to somebody else's doing has another reason, and stays.
    const free = this.#stage.usual === wordOf(told) && relent !== undefined;
    if (free) await relent();
    const now = await this.#look();
    if (this.#bench.box.heldCount > 0) {
      await this.#bench.box.settle();
      assert.deepEqual(await this.#look(), now, 'nothing happened late');
    }
    if (!free) return;
    const anew = await this.#send();
    assert.ok(anew.status < 300 && !marked(anew), 'the key is free');
    const after = await this.#onceMore(anew);
    const named = this.#stage.nameless === undefined ? requestOf(anew) : NAMELESS;
    assert.deepEqual(this.#makersOf(now, after), [named], 'who made the effect');
    this.#stage.holds(now, after, anew);
  }

  /** Nobody changed anything but rivals; a twin's doing is whatever it was told. */
  async #isUnchanged(before: Sight, why: string): Promise<void> {
    const now = await this.#look();
    if (this.#made === undefined) {
      const [from, to] = this.#span(before, now);
      assert.deepEqual(to, from, why);
    } else {
      const named = this.#stage.nameless === undefined ? requestOf(this.#made) : NAMELESS;
      assert.deepEqual(this.#makersOf(before, now), [named], why);
    }
  }

  /** It is not known: the same key, without faults, gives the answer. */
  async #keySettles(before: Sight, told: Told): Promise<void> {
    const { scenario, endless } = this.#case;
    const { again: done } = this.#stage;
    const overtaken = done !== undefined && this.#twins.length > 0;
    assert.ok(!scenario.firm || endless || overtaken, `${scenario.name} has no doubt to tell`);
    // Nothing but a mark in the store could tell of a request that lands after its key came again.
    await this.#bench.box.landVeryLate();
    const earlier = this.#makersOf(...this.#span(before, await this.#look()));
    const again = await this.#send();
    if (again.status >= 300 && (done !== wordOf(again) || earlier.length === 0)) {
      assert.deepEqual(earlier, [], 'an effect is not followed by a refusal');
      await this.#nothingHappened(before, again);
      return;
    }
    if (again.status < 300) this.#isExpected(again);
    const after = await this.#onceMore(again);
    const [from, to] = this.#span(before, after);
    const [maker = '', ...more] = this.#makersOf(from, to);
    assert.deepEqual(more, [], 'one effect');
    if (earlier.length > 0) assert.equal(maker, earlier[0], 'the effect of before');
    if (maker === NAMELESS) {
      this.#stage.holds(from, to, again);
    } else if (again.status < 300) {
      assert.equal(marked(again), maker !== requestOf(again), 'a replay is marked, and only it');
      this.#stage.holds(from, to, again);
    } else {
      // An unkeyed request finds what it made itself, or what its twin made.
      assert.ok([told, ...this.#twins].map(requestOf).includes(maker), 'whose effect is there');
    }
  }

  #makersOf(before: Sight, after: Sight): string[] {
    const { nameless } = this.#stage;
    if (nameless === undefined) return makersOf(before, after);
    return nameless(before, after) ? [NAMELESS] : [];
  }

  #isExpected(told: Told): void {
    const { usual, also = [], again } = this.#stage;
    const word = wordOf(told);
    const rivalled = this.#stage.rival === undefined || this.#rivalries.length > 0;
    const expected = [usual, ...(rivalled ? also : [])];
    if (this.#case.endless) expected.push('contended');
    if (this.#twins.length > 0 && again !== undefined) expected.push(again);
    if (marked(told)) {
      assert.ok(this.told.length > 1 || this.#twins.length > 0, 'a replay of something');
      expected.push(201);
    }
    assert.ok(expected.includes(word), `told ${word}, not ${expected.join(' or ')}`);
  }

  #look(): Promise<Sight> {
    const { skus, watched = [], overdue = [] } = this.#stage;
    return this.#bench.look(skus, watched, overdue);
  }

  async #send(): Promise<Told> {
    const told = await this.#bench.send(this.#stage.container, this.#stage.ask);
    this.told.push(told);
    return told;
  }
}

const NAMELESS = 'whoever sent it';

/** The requests that made what was not there before: rows with their request, product versions. */
function makersOf(before: Sight, after: Sight): string[] {
  const rows = Object.entries(after.rows)
    .filter(([name, { requestId }]) => before.rows[name] === undefined && requestId !== undefined)
    .map(([, { requestId }]) => String(requestId));
  const versions = Object.entries(after.offers)
    .filter(([sku, now]) => before.offers[sku]?.['catalogueVersion'] !== now['catalogueVersion'])
    .map(([, { catalogueVersion }]) => String(catalogueVersion));
  return [...rows, ...versions];
}
