import { describe, expect, it } from '@jest/globals';
import { Patience, persist } from '../../../lib/domain/patience.ts';
import { Unavailable } from '../../../lib/domain/unavailable.ts';

type Outcome = { readonly kind: string; readonly unfinished?: true };
type Step = Outcome | Unavailable | Error;

const DEADLINE_MS = 5_000;
const CALL_MS_MAX = 1_000;
const unknown = () => new Unavailable('dynamodb', 'unknown');
const none = () => new Unavailable('dynamodb', 'none');
const contended = { kind: 'contended' };
const placed = { kind: 'placed' };
const insufficient = { kind: 'insufficient' };

/** Plays the steps, the last one for ever, on a clock that only waiting moves. */
function play(steps: readonly Step[], costMs = 0) {
  const state = { nowMs: 0, tries: 0, waits: [] as number[] };
  const timing = {
    nowMs: () => state.nowMs,
    sleep: async (ms: number) => {
      state.waits.push(ms);
      state.nowMs += ms;
    },
    random: () => 1,
  };
  const attempt = async (): Promise<Outcome> => {
    const step = steps[Math.min(state.tries, steps.length - 1)];
    state.tries += 1;
    state.nowMs += costMs;
    if (step === undefined || step instanceof Error) throw step ?? new Error('no step');
    return step;
  };
  const patience = new Patience(timing, { deadlineMs: DEADLINE_MS, callMsMax: CALL_MS_MAX });
  return { state, patience, done: persist(attempt, patience, ['insufficient']) };
}

describe('persist', () => {
  it('returns what is decided at once', async () => {
    const { done, state } = play([insufficient]);
    expect([await done, state.tries]).toEqual([insufficient, 1]);
  });

  it('tries again while contended, waiting twice as long each time up to a bound', async () => {
    const { done, state, patience } = play([...Array<Step>(6).fill(contended), placed]);
    expect(await done).toEqual(placed);
    expect(state.waits).toEqual([120, 240, 480, 960, 1_000, 1_000]);
    expect(patience.conflicts).toBe(6);
  });

  it('gives up contended at the deadline, never after it', async () => {
    const { done, state } = play([contended]);
    expect(await done).toEqual(contended);
    expect(state.nowMs).toBeLessThan(DEADLINE_MS);
  });

  it('outlasts two outages and then finds its own success', async () => {
    const { done } = play([unknown(), none(), placed]);
    expect(await done).toEqual(placed);
  });

  it('throws the third outage in a row', async () => {
    const { done, state } = play([none()]);
    await expect(done).rejects.toBeInstanceOf(Unavailable);
    expect(state.tries).toBe(3);
  });

  it('counts outages in a row, not those that an answer ended', async () => {
    const blips = [none(), none(), contended, none(), none(), contended, none(), placed];
    expect(await play(blips).done).toEqual(placed);
  });

  it.each([
    [1_000, 2],
    [1_650, 1],
    [2_000, 1],
  ])('tells an outage within 3 s when a call hangs for %i ms', async (costMs, tries) => {
    const { done, state } = play([unknown()], costMs);
    await expect(done).rejects.toBeInstanceOf(Unavailable);
    expect(state.tries).toBe(tries);
    expect(state.nowMs).toBeLessThan(3_000);
  });

  it('does not tell a refusal that an attempt of unknown fate could overturn', async () => {
    await expect(play([unknown(), insufficient]).done).rejects.toBeInstanceOf(Unavailable);
    await expect(play([unknown(), contended]).done).rejects.toBeInstanceOf(Unavailable);
  });

  it('tells a refusal after attempts that certainly did nothing', async () => {
    expect(await play([none(), contended, insufficient]).done).toEqual(insufficient);
  });

  it('tells what no late attempt could overturn', async () => {
    expect(await play([unknown(), { kind: 'mismatched' }]).done).toEqual({ kind: 'mismatched' });
  });

  it('never tells contended of an effect that is in', async () => {
    const unfinished = { kind: 'contended', unfinished: true } as const;
    await expect(play([unfinished]).done).rejects.toBeInstanceOf(Unavailable);
    expect(await play([unfinished, { kind: 'replayed' }]).done).toEqual({ kind: 'replayed' });
  });

  it('passes on what is no outage', async () => {
    const { done, state } = play([new RangeError('a defect')]);
    await expect(done).rejects.toThrow('a defect');
    expect(state.tries).toBe(1);
  });
});
