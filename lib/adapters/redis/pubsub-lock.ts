import type { Fence } from '../../domain/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HoldOptions, Lock } from '../../ports/lock.ts';
import { type Connection, script } from './client.ts';
import { fenceKey } from './fence.ts';
import { askTwice, bracketed, wasLost } from './lock-bracket.ts';
import { type Answer, ENTER_LUA, LEAVE_LUA } from './lock-scripts.ts';
import { Ticket } from './lock-ticket.ts';
import type { Mailbox } from './mailbox.ts';

/** A waiter hears nothing of a server that froze: it asks by itself, so that it is told within 3 s. */
const SILENCE_MS_MAX = 2_000;

/**
 * A lock that is handed on: whoever releases it makes the head of the queue its owner and sends word,
 * so two commands serve an order however many wait, and first come is first served.
 *
 * The word may be lost and a holder may die. So each waiter asks again when the holder's lease has run
 * out, and after a while in any case, under the same id: it keeps its place, finds itself the owner,
 * or helps the head to the lock.
 */
export function pubsubLock(connection: Connection, mailbox: Mailbox, clock: Clock): Lock {
  const enter = script<Answer>(connection, 'lockEnter', ENTER_LUA);
  const leave = script<0 | 1>(connection, 'lockLeave', LEAVE_LUA);

  /** Undefined if one's turn did not come in time. */
  async function turn(
    keys: readonly string[],
    ticket: Ticket,
    { leaseMs, waitMsMax, fenceAbove = 0 as Fence }: HoldOptions,
  ): Promise<Fence | undefined> {
    const deadlineMs = clock.nowMs() + waitMsMax;
    for (;;) {
      const leftMs = Math.ceil(Math.max(0, deadlineMs - clock.nowMs()));
      const waitMs = Math.min(leftMs, SILENCE_MS_MAX);
      const args = [ticket.id, Math.ceil(leaseMs), fenceAbove, waitMs, mailbox.address];
      const [got, told] = await askTwice(clock, () => enter(keys, args));
      if (got === 1) return Number(told) as Fence;
      if (waitMs > 0) await ticket.wait(connection.timer, Math.min(told + 1, waitMs));
      if (ticket.fence !== undefined) return ticket.fence;
      if (clock.nowMs() >= deadlineMs) return undefined;
    }
  }

  return {
    hold: async (key, options, work) => {
      await mailbox.open();
      const keys = [
        `lock:{${key}}:held`,
        fenceKey(key),
        `lock:{${key}}:queue`,
        `lock:{${key}}:waiting`,
      ];
      const ticket = new Ticket(mailbox);
      const out = () => askTwice(clock, () => leave(keys, [ticket.id]));
      const acquire = () =>
        turn(keys, ticket, options).finally(() => {
          ticket.close();
        });
      const held = await bracketed(acquire, work, out);
      // It may have been handed over in this very moment: then it is handed on.
      if (held.kind === 'busy') await wasLost(out);
      return held;
    },
  };
}
