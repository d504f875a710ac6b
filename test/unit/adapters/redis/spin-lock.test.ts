import { describe, expect, it } from '@jest/globals';
import { pauseAfter } from '../../../../lib/adapters/redis/spin-lock.ts';
import { mulberry32 } from '../../../fault-box/faults.ts';

const HOLD_MS = 6;

/** Plays a crowd that comes at once for a lock which each holds for 6 ms; nothing else takes time. */
function play(crowd: number) {
  const random = mulberry32(7);
  const waiting = Array.from({ length: crowd }, () => ({ atMs: 0, pauseMs: 4 }));
  let [freeMs, questions, endMs] = [0, 0, 0];
  while (waiting.length > 0) {
    waiting.sort((a, b) => b.atMs - a.atMs);
    const next = waiting.at(-1);
    if (next === undefined) break;
    questions += 1;
    if (next.atMs >= freeMs) {
      endMs = freeMs = next.atMs + HOLD_MS;
      waiting.pop();
    } else {
      next.pauseMs = pauseAfter(next.pauseMs, next.atMs, random());
      next.atMs += next.pauseMs;
    }
  }
  return { endMs, questionsPerOrder: questions / crowd };
}

describe('pauses between questions for a lock', () => {
  it('stay short in a small crowd, so that the lock is hardly ever idle', () => {
    const { endMs } = play(30);
    expect(endMs).toBeLessThan(30 * HOLD_MS * 2.5);
  });

  it('grow with the wait, so that ten times the crowd asks not nearly ten times as often each', () => {
    const [small, large] = [play(100), play(1_000)];
    expect(large.questionsPerOrder / small.questionsPerOrder).toBeLessThan(6);
    expect(large.endMs).toBeLessThan(1_000 * HOLD_MS * 1.5);
  });
});
