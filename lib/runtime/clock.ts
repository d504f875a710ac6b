import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Timer } from '../ports/clock.ts';

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms) => sleep(ms),
  random: () => Math.random(),
};

export const systemTimer: Timer = {
  after: (ms, alarm) => {
    const timer = setTimeout(alarm, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
