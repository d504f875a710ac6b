import { randomUUID } from 'node:crypto';
import type { Fence } from '../../domain/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HoldOptions, Lock } from '../../ports/lock.ts';
import { type Connection, script } from './client.ts';
import { fenceKey, outageKey } from './fence.ts';
import { askTwice, bracketed, outageAhead } from './lock-bracket.ts';
import { type Answer, RELEASE_LUA, TRY_LUA } from './lock-scripts.ts';

const PAUSE_MS_MIN = 4;
const PAUSE_MS_MAX = 40;

/**
 * A lock that is asked for again and again: nobody is told when it is free, and whoever asks first
 * then has it. The pauses grow at random, each from the one before (M. Brooker, "Exponential Backoff
 * and Jitter", 2015: decorrelated jitter), and never beyond the holder's lease.
 */
export function spinLock(connection: Connection, clock: Clock): Lock {
  const attempt = script<Answer>(connection, 'spinTry', TRY_LUA);
  const release = script<0 | 1>(connection, 'spinRelease', RELEASE_LUA);

  /** Undefined if others held it all the time. */
  async function acquire(
    keys: readonly string[],
    id: string,
    { leaseMs, waitMsMax, fenceAbove = 0 as Fence }: HoldOptions,
  ): Promise<Fence | undefined> {
    const deadlineMs = clock.nowMs() + waitMsMax;
    const args = [id, Math.ceil(leaseMs), fenceAbove];
    let outage = '';
    for (let pauseMs = PAUSE_MS_MIN; ;) {
      const answer = await askTwice(clock, () => attempt(keys, [...args, outage]));
      if (answer[0] === 1) return Number(answer[1]) as Fence;
      if (answer[0] === -1) throw outageAhead();
      const [, heldMs, lastOutage] = answer;
      outage ||= lastOutage;
      const leftMs = deadlineMs - clock.nowMs();
      if (leftMs <= 0) return undefined;
      pauseMs = Math.min(
        PAUSE_MS_MAX,
        PAUSE_MS_MIN + clock.random() * (3 * pauseMs - PAUSE_MS_MIN),
      );
      await clock.sleep(Math.min(pauseMs, heldMs + 1, leftMs));
    }
  }

  return {
    hold: async (key, options, work) => {
      const keys = [`lock:{${key}}:spin`, fenceKey(key), outageKey(key)];
      const id = randomUUID();
      const leave = (outage: 0 | 1) => askTwice(clock, () => release(keys, [id, outage]));
      return bracketed(() => acquire(keys, id, options), work, leave);
    },
  };
}
