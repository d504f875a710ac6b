import { Command, type Redis, ReplyError } from 'ioredis';
import type { FaultSource } from './faults.ts';

/** What can happen to one command, as far as its caller can tell one from another. */
export const redisFaults = [
  /** It never arrives; the caller sees a time-out. */
  'lost-request',
  /** It is carried out; the caller sees a time-out. */
  'lost-reply',
  /** The caller sees a time-out, and it arrives when the next command has been answered. */
  'late',
  /** The same, and it arrives only when the box is settled. */
  'very-late',
  /** The connection breaks before it arrives, and is made again. */
  'dropped-before',
  /** The connection breaks when it was carried out, and is made again. */
  'dropped-after',
  /** There is no connection: nothing was sent. */
  'offline',
  /** Turned away: the server reads its data, follows another, or runs a script for too long. */
  'loading',
  'readonly',
  'busy',
] as const;

export type RedisFault = (typeof redisFaults)[number];

export interface SeenCommand {
  readonly number: number;
  readonly name: string;
  readonly fault: RedisFault | undefined;
}

/** What Redis answers then, to the letter. */
const refusals = {
  loading: 'LOADING Redis is loading the dataset in memory',
  readonly: "READONLY You can't write against a read only replica.",
  busy: 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
} as const;

type Send = Redis['sendCommand'];
type Arrival = () => Promise<void>;

/**
 * Lets things go wrong between a client and Redis, command by command, as a script says.
 *
 * It stands where all commands of a client pass, `eval` and blocking ones too; those of a pipeline
 * pass untouched, and so does what the client says by itself while it connects. A time-out is told
 * at once. Only a broken connection takes real time: what becomes of its commands is left to the
 * client and its options, and with our options that is its own time-out.
 */
export class RedisFaultBox {
  /** The commands since the script began. */
  readonly log: SeenCommand[] = [];
  #source: FaultSource<RedisFault> = () => undefined;
  #late: Arrival[] = [];
  #veryLate: Arrival[] = [];

  /** Puts the box into a client. */
  constructor(redis: Redis) {
    const send = redis.sendCommand.bind(redis);
    redis.sendCommand = (command, stream) =>
      stream === undefined && redis.status === 'ready'
        ? this.#befallen(redis, command, send)
        : send(command, stream);
  }

  /** Begins a script; commands are counted from 1 again. */
  play(source: FaultSource<RedisFault>): void {
    this.log.length = 0;
    this.#source = source;
  }

  /** No fault befalls the commands from now on, but those that are held will still arrive. */
  heal(): void {
    this.#source = () => undefined;
  }

  /** How many commands are still to arrive. */
  get heldCount(): number {
    return this.#late.length + this.#veryLate.length;
  }

  /** Lets every command arrive that is held. */
  async settle(): Promise<void> {
    await this.#land();
    const held = this.#veryLate;
    this.#veryLate = [];
    for (const arrive of held) await arrive();
  }

  /** The commands in words, for the message of a failing test. */
  story(): string {
    return this.log
      .map(({ number, name, fault }) => `${number} ${name}${fault ? ` ${fault}` : ''}`)
      .join(', ');
  }

  async #befallen(redis: Redis, command: Command, send: Send): Promise<unknown> {
    const number = this.log.length + 1;
    const fault = this.#source(number);
    this.log.push({ number, name: command.name, fault });
    const arrive: Arrival = async () => {
      const copy = new Command(command.name, command.args, { replyEncoding: null });
      // What it comes to, nobody hears.
      await Promise.allSettled([send(copy)]);
    };
    switch (fault) {
      case undefined:
        try {
          return await send(command);
        } finally {
          await this.#land();
        }
      case 'lost-request':
        throw timeOut();
      case 'lost-reply':
        await arrive();
        await this.#land();
        throw timeOut();
      case 'late':
        this.#late.push(arrive);
        throw timeOut();
      case 'very-late':
        this.#veryLate.push(arrive);
        throw timeOut();
      case 'dropped-before':
        return dropped(redis, command);
      case 'dropped-after':
        await arrive();
        await this.#land();
        return dropped(redis, command);
      case 'offline':
        throw new Error("Stream isn't writeable and enableOfflineQueue options is false");
      case 'loading':
      case 'readonly':
      case 'busy':
        throw refusal(command, refusals[fault]);
    }
  }

  /** Late commands land behind another, in the order in which they were made. */
  async #land(): Promise<void> {
    const held = this.#late;
    this.#late = [];
    for (const arrive of held) await arrive();
  }
}

const timeOut = (): Error => new Error('Command timed out');

/** Breaks the connection while the client takes the command for sent, and leaves it to the client. */
function dropped(redis: Redis, command: Command): Promise<unknown> {
  const { commandTimeout } = redis.options;
  if (commandTimeout !== undefined) command.setTimeout(commandTimeout);
  // As the client notes a command that it wrote; only one of a pipeline has a stream.
  redis.commandQueue.push({ command, stream: undefined as never, select: 0 });
  redis.stream.destroy();
  return command.promise;
}

/** An error reply as the client's parser makes it, with the command it answers. */
function refusal({ name, args }: Command, message: string): Error {
  // ioredis declares its own error class as `any`.
  const Refusal = ReplyError as new (message: string) => Error;
  return Object.assign(new Refusal(message), { command: { name, args } });
}
