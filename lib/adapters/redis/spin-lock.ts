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
/** A pause adds at most a sixteenth to what its waiter has waited. */
const PAUSE_OF_WAIT = 1 / 16;

/**
 * How long to wait before asking again, in ms: grown at random from the pause before (M. Brooker,
 * "Exponential Backoff and Jitter", 2015: decorrelated jitter).
 *
 * The bound grows with the wait. Under a fixed one a waiter asks as often as it has waited long, and a
 * crowd of 1,000 asks 40,000 times a second: more than one process and one Redis can answer, so that
 * the holder itself waits behind the questions and the lock hardly moves.
 */
export function pauseAfter(pauseMs: number, waitedMs: number, random: number): number {
  const pauseMsMax = Math.max(PAUSE_MS_MAX, waitedMs * PAUSE_OF_WAIT);
  return Math.min(pauseMsMax, PAUSE_MS_MIN + random * (3 * pauseMs - PAUSE_MS_MIN));
}

/**
 * A lock that is asked for again and again: nobody is told when it is free, and whoever asks first
 * then has it. No pause goes beyond the holder's lease.
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
    const startedMs = clock.nowMs();
    const deadlineMs = startedMs + waitMsMax;
    const args = [id, Math.ceil(leaseMs), fenceAbove];
    let outage = '';
    for (let pauseMs = PAUSE_MS_MIN; ;) {
      const answer = await askTwice(clock, () => attempt(keys, [...args, outage]));
      if (answer[0] === 1) return Number(answer[1]) as Fence;
      if (answer[0] === -1) throw outageAhead();
      const [, heldMs, lastOutage] = answer;
      outage ||= lastOutage;
      const nowMs = clock.nowMs();
      const leftMs = deadlineMs - nowMs;
      if (leftMs <= 0) return undefined;
      pauseMs = pauseAfter(pauseMs, nowMs - startedMs, clock.random());
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
