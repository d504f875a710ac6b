import type { Redis } from 'ioredis';
import { connect, type Connection } from '../../../lib/adapters/redis/client.ts';
import { Mailbox } from '../../../lib/adapters/redis/mailbox.ts';
import { pubsubLock } from '../../../lib/adapters/redis/pubsub-lock.ts';
import { spinLock } from '../../../lib/adapters/redis/spin-lock.ts';
import type { Lock } from '../../../lib/ports/lock.ts';
import { systemClock, systemTimer } from '../../../lib/runtime/clock.ts';

export const kinds = ['spin', 'pubsub'] as const;
export type Kind = (typeof kinds)[number];

export const sleep = (ms: number): Promise<void> => systemClock.sleep(ms);

/** One lock on connections of its own, as one process has it. */
export interface Bench {
  readonly lock: Lock;
  readonly connection: Connection;
  readonly mailbox: Mailbox;
  readonly close: () => void;
}

export function benchOf(kind: Kind, url: string): Bench {
  const connection = connect(url, systemTimer);
  const mailbox = new Mailbox(url, systemTimer);
  const lock =
    kind === 'spin'
      ? spinLock(connection, systemClock)
      : pubsubLock(connection, mailbox, systemClock);
  const close = () => {
    connection.redis.disconnect();
    mailbox.close();
  };
  return { lock, connection, mailbox, close };
}

/** Ends with what a promise is told from outside. */
export function latch(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return {
    opened: promise,
    open: () => {
      resolve(undefined);
    },
  };
}

export async function until(isSo: () => Promise<boolean>, msMax = 5_000): Promise<void> {
  const endMs = performance.now() + msMax;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`not so within ${msMax} ms: ${String(isSo)}`);
    await sleep(2);
  }
}

export async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const startMs = performance.now();
  const value = await work();
  return { value, ms: performance.now() - startMs };
}

/** The keys that a lock leaves behind, none of which may stay for ever. */
export async function keysOf(redis: Redis, key: string): Promise<Map<string, number>> {
  const names = ['held', 'spin', 'fence', 'queue', 'waiting'].map(
    (name) => `lock:{${key}}:${name}`,
  );
  const ttls = await Promise.all(names.map((name) => redis.pttl(name)));
  return new Map(
    names.map((name, i) => [name, ttls[i] ?? -2] as const).filter(([, ttl]) => ttl !== -2),
  );
}
