import type { Clock } from '../../lib/ports/clock.ts';

/** A clock that waiting moves, and nothing else but the box. */
export const movedByWaiting = (time: { nowMs: number }): Clock => ({
  nowMs: () => time.nowMs,
  sleep: (ms) => {
    time.nowMs += Math.ceil(ms);
    return new Promise<void>((resolve) => setImmediate(resolve));
  },
  random: () => 0.5,
});
