import { expect, it } from '@jest/globals';
import { Mailbox } from '../../../../lib/adapters/redis/mailbox.ts';
import { Ticket } from '../../../../lib/adapters/redis/lock-ticket.ts';
import type { Timer } from '../../../../lib/ports/clock.ts';

/** Alarms that ring when the test says so. */
class StillTimer implements Timer {
  readonly alarms: (() => void)[] = [];
  after(_ms: number, alarm: () => void): () => void {
    this.alarms.push(alarm);
    return () => {
      this.alarms.splice(this.alarms.indexOf(alarm), 1);
    };
  }
}

/** A mailbox that is never opened, and what its owner hears. */
function ticketed() {
  const timer = new StillTimer();
  const mailbox = new Mailbox('redis://127.0.0.1:1', timer);
  const heard: ((message: string | undefined) => void)[] = [];
  mailbox.listen = (_name, hear) => {
    heard.push(hear);
    return () => heard.splice(heard.indexOf(hear), 1);
  };
  const ticket = new Ticket(mailbox);
  const hear = (message?: string) => {
    for (const listener of heard) listener(message);
  };
  return { timer, ticket, hear, heard };
}

it('hears of the lock before it waits, and does not wait then', async () => {
  const { timer, ticket, hear } = ticketed();
  hear('17');
  await ticket.wait(timer, 1_000);
  expect([ticket.fence, timer.alarms]).toEqual([17, []]);
});

it('is stirred without a message, once', async () => {
  const { timer, ticket, hear } = ticketed();
  hear();
  await ticket.wait(timer, 1_000);
  const again = ticket.wait(timer, 1_000);
  expect([ticket.fence, timer.alarms.length]).toEqual([undefined, 1]);
  hear('18');
  await again;
  expect([ticket.fence, timer.alarms]).toEqual([18, []]);
});

it('waits so long and no longer', async () => {
  const { timer, ticket } = ticketed();
  const wait = ticket.wait(timer, 1_000);
  timer.alarms[0]?.();
  await wait;
  expect(ticket.fence).toBeUndefined();
});

it('hears nothing once it is closed', () => {
  const { ticket, heard } = ticketed();
  ticket.close();
  expect(heard).toEqual([]);
});
