import type { Fence } from '../../domain/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HoldOptions, Lock } from '../../ports/lock.ts';
import { type Connection, script } from './client.ts';
import { fenceKey, outageKey } from './fence.ts';
import { askTwice, bracketed, outageAhead, wasLost } from './lock-bracket.ts';
import { type Answer, ENTER_LUA, LEAVE_LUA } from './lock-scripts.ts';
import { Ticket } from './lock-ticket.ts';
import type { Mailbox } from './mailbox.ts';

/**
 * A lock that is handed on: whoever releases it makes the head of the queue its owner and sends word,
 * so two commands serve an order however many wait, and first come is first served.
 *
 * The word may be lost and a holder may die. So the head of the queue asks again when the holder's
 * lease has run out, under the same id: it keeps its place, finds itself the owner, or is handed the
 * lock. The others ask most of a lease later, in case the head died as well. That the server froze they hear
 * from their mailbox.
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
    const leftMs = () => Math.ceil(Math.max(0, deadlineMs - clock.nowMs()));
    let outage = '';
    for (;;) {
      const args = [ticket.id, Math.ceil(leaseMs), fenceAbove, leftMs(), mailbox.address, outage];
      const answer = await askTwice(clock, () => enter(keys, args));
      if (answer[0] === 1) return Number(answer[1]) as Fence;
      if (answer[0] === -1) throw outageAhead();
      const [, heldMs, lastOutage] = answer;
      outage ||= lastOutage;
      await ticket.wait(connection.timer, heldMs + 1, leftMs);
      if (ticket.fence !== undefined) return ticket.fence;
      if (leftMs() === 0) return undefined;
    }
  }

  return {
    hold: async (key, options, work) => {
      await mailbox.open();
      const keys = [
        `lock:{${key}}:held`,
        fenceKey(key),
        outageKey(key),
        `lock:{${key}}:queue`,
        `lock:{${key}}:waiting`,
      ];
      const ticket = new Ticket(mailbox);
      const out = (outage: 0 | 1) => askTwice(clock, () => leave(keys, [ticket.id, outage]));
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
