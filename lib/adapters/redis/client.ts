import { Redis, type RedisOptions } from 'ioredis';
import { Unavailable } from '../../domain/unavailable.ts';
import type { Timer } from '../../ports/clock.ts';

/** A frozen server is told within a second, with one more command to tell it by. */
const COMMAND_MS_MAX = 300;
const CONNECT_MS_MAX = 500;
/** What ioredis sends by itself while it connects has no other bound: a server may listen and be mute. */
const HANDSHAKE_MS_MAX = 2_000;

/**
 * A client that gives up in time and never sends a command twice by itself: ioredis re-sends what was
 * unanswered when a connection broke, and one DECR becomes two.
 */
const options: RedisOptions = {
  connectTimeout: CONNECT_MS_MAX,
  commandTimeout: HANDSHAKE_MS_MAX,
  maxRetriesPerRequest: 1,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  // What ioredis subscribes to by itself is awaited by nobody: a time-out there ends the process.
  autoResubscribe: false,
  retryStrategy: (times) => Math.min(50 * times, 500),
};

/** A client, and what it waits with. */
export interface Connection {
  readonly redis: Redis;
  readonly timer: Timer;
  /** Called for each command that is sent, in the async context of whoever sends it. */
  readonly onCommand: () => void;
}

/** A connection that opens by itself; nothing is sent before it is ready. */
export function connect(
  url: string,
  timer: Timer,
  onCommand: () => void = () => undefined,
): Connection {
  const redis = new Redis(url, options);
  // Without a listener ioredis prints what the rejected promises say already.
  redis.on('error', () => undefined);
  // Everybody who comes while it is opened waits for it by a listener of their own.
  redis.setMaxListeners(0);
  return { redis, timer, onCommand };
}

/** Runs one script; it touches no keys but those declared. Throws `Unavailable` on an outage. */
export type Script<Reply> = (
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<Reply>;

/** Gives a connection a script of that name: it is sent whole once, and by its hash from then on. */
export function script<Reply>(connection: Connection, name: string, lua: string): Script<Reply> {
  connection.redis.defineCommand(name, { lua });
  type Defined = Record<string, (...words: (string | number)[]) => Promise<Reply>>;
  return (keys, args) =>
    send(connection, async (redis) => {
      const run = (redis as unknown as Defined)[name];
      if (run === undefined) throw new Error(`${name} was never defined`);
      return run.call(redis, keys.length, ...keys, ...args);
    });
}

/** One command, without retries. Throws `Unavailable` on an outage. */
export async function send<Reply>(
  { redis, timer, onCommand }: Connection,
  command: (redis: Redis) => Promise<Reply>,
): Promise<Reply> {
  if (redis.status !== 'ready') await ready(redis, timer);
  onCommand();
  try {
    return await inTime(command(redis), timer);
  } catch (error) {
    throw outageOf(error) ?? error;
  }
}

/**
 * Gives up after so long, unless it is called off. ioredis has time-outs of its own, but a timer also
 * goes off where the answer came in time and this process was too busy to read it: a crowd was told of
 * an outage that was none. So the socket is read once more before.
 */
function givingUp(timer: Timer, ms: number, giveUp: () => void): () => void {
  let cancel = timer.after(ms, () => {
    cancel = timer.after(0, giveUp);
  });
  return () => {
    cancel();
  };
}

/** The reply, if it comes in time. */
function inTime<Reply>(reply: Promise<Reply>, timer: Timer): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const cancel = givingUp(timer, COMMAND_MS_MAX, () => {
      reject(new Error('Command timed out'));
    });
    reply.finally(cancel).then(resolve, reject);
  });
}

/** Waits for a connection that is on its way up. */
function ready(redis: Redis, timer: Timer): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const up = () => {
      cancel();
      resolve();
    };
    const cancel = givingUp(timer, CONNECT_MS_MAX, () => {
      redis.off('ready', up);
      reject(new Unavailable('redis', 'none'));
    });
    redis.once('ready', up);
  });
}

const outages: readonly (readonly [RegExp, Unavailable['fate']])[] = [
  [/isn't writeable/, 'none'],
  // The server is loading its data, or is a replica: it did nothing.
  [/^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|OOM|NOREPLICAS)\b/, 'none'],
  [
    /timed out|Connection is closed|connection close|max retries per request|ECONNRESET|EPIPE/i,
    'unknown',
  ],
];

function outageOf(error: unknown): Unavailable | undefined {
  if (!Error.isError(error)) return undefined;
  const [, fate] = outages.find(([pattern]) => pattern.test(error.message)) ?? [];
  return fate === undefined ? undefined : new Unavailable('redis', fate, error);
}
