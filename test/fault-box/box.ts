import type {
  ServiceInputTypes,
  ServiceOutputTypes,
  TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import type {
  DeserializeHandlerArguments,
  DeserializeHandlerOutput,
  DeserializeMiddleware,
} from '@smithy/types';
import type { ClientPlugin } from '../../lib/runtime/database.ts';
import { conflict, type HttpAnswer, internalError, throttled } from './answers.ts';
import type { Fault, FaultSource } from './faults.ts';

/** One call as the box saw it. */
export interface SeenCall {
  readonly number: number;
  readonly operation: string;
  readonly writes: boolean;
  readonly input: object;
  /** What befell it; `undefined` also if the script's fault does not befall such a call. */
  readonly fault: Fault | undefined;
}

interface Options {
  /** How long a call takes before it is given up. */
  readonly callMsMax?: () => number;
  /** The test's clock: time passes with every call, and a time-out takes its full time. */
  readonly time?: { nowMs(): number; pass(ms: number): void };
}

interface Play {
  readonly source: FaultSource;
  readonly twin: (() => Promise<unknown>) | undefined;
}

type Arrival = () => Promise<{ response: HttpAnswer }>;

const CALL_MS = 2;

/**
 * Lets things go wrong between a client and DynamoDB, call by call, as a script says.
 *
 * It stands inside the client's deserializer and outside of the connection: what it answers is HTTP,
 * and the client makes its own exceptions of it. It stands inside the meter, so what it invents is
 * billed. Nothing waits: a time-out is told at once, and only the test's clock moves.
 */
export class FaultBox {
  /** The calls since the script began. */
  readonly log: SeenCall[] = [];
  readonly #options: Options;
  #play: Play = { source: () => undefined, twin: undefined };
  #twinEnd: Promise<unknown> = Promise.resolve();
  #late: Arrival[] = [];
  #veryLate: Arrival[] = [];

  constructor(options: Options = {}) {
    this.#options = options;
  }

  /** Begins a script; calls are counted from 1 again. */
  play(source: FaultSource, twin?: () => Promise<unknown>): void {
    this.log.length = 0;
    this.#twinEnd = Promise.resolve();
    this.#play = { source, twin };
  }

  /** No fault befalls the calls from now on, but requests that are held will still arrive. */
  heal(): void {
    this.#play = { source: () => undefined, twin: undefined };
  }

  /** Until no twin is under way: a call beside the one that it came before waits for it too. */
  async idle(): Promise<void> {
    await this.#twinEnd;
  }

  /** How many requests are still to arrive. */
  get heldCount(): number {
    return this.#late.length + this.#veryLate.length;
  }

  /** Lets every request arrive that is held. */
  async settle(): Promise<void> {
    await this.#land();
    await this.landVeryLate();
  }

  /** Lets those arrive that wait for no later write. */
  async landVeryLate(): Promise<void> {
    const held = this.#veryLate;
    this.#veryLate = [];
    for (const arrive of held) await arrive();
  }

  /** In the order in which they were made. */
  async #land(): Promise<void> {
    const held = this.#late;
    this.#late = [];
    for (const arrive of held) await arrive();
  }

  /** The calls in words, for the message of a failing test. */
  story(): string {
    return this.log
      .map(({ number, operation, fault }) => `${number} ${operation}${fault ? ` ${fault}` : ''}`)
      .join(', ');
  }

  get plugin(): ClientPlugin {
    const middleware: DeserializeMiddleware<ServiceInputTypes, ServiceOutputTypes> =
      (next, context) => (args) =>
        this.#called(context.commandName ?? '', args, () => answered(next(args)));
    return {
      applyToStack: (stack) => {
        stack.add(middleware, { step: 'deserialize', priority: 'low', name: 'faultBox' });
      },
    };
  }

  async #called(
    commandName: string,
    { input }: DeserializeHandlerArguments<ServiceInputTypes>,
    arrive: Arrival,
  ): Promise<{ response: HttpAnswer }> {
    const operation = commandName.replace(/Command$/, '');
    const writes = /^(Put|Update|Delete|BatchWrite|TransactWrite)/.test(operation);
    const number = this.log.length + 1;
    const wanted = this.#play.source(number);
    const fault = wanted === 'conflict' && !writes ? undefined : wanted;
    this.log.push({ number, operation, writes, input, fault });
    this.#options.time?.pass(CALL_MS);
    const { twin } = this.#play;
    if (fault === 'twin') this.#twinEnd = this.#twinEnd.then(() => twin?.());
    const giveUpMs = (this.#options.time?.nowMs() ?? 0) + this.#callMsMax - CALL_MS;
    await this.idle();
    return this.#befallen({ fault, writes, input }, arrive, giveUpMs);
  }

  async #befallen(
    { fault, writes, input }: Pick<SeenCall, 'fault' | 'writes' | 'input'>,
    arrive: Arrival,
    giveUpMs: number,
  ): Promise<{ response: HttpAnswer }> {
    switch (fault) {
      case undefined:
      case 'twin':
        return this.#arrival(arrive, writes);
      case 'lost-request':
        throw await this.#timedOut(giveUpMs);
      case 'lost-reply':
        await this.#arrival(arrive, writes);
        throw await this.#timedOut(giveUpMs);
      case 'late':
        this.#late.push(arrive);
        throw await this.#timedOut(giveUpMs);
      case 'very-late':
        this.#veryLate.push(arrive);
        throw await this.#timedOut(giveUpMs);
      case 'conflict':
        return { response: conflict(itemCountOf(input)) };
      case 'throttled':
        return { response: throttled(itemCountOf(input)) };
      case '500-before':
        return { response: internalError() };
      case '500-after':
        await this.#arrival(arrive, writes);
        return { response: internalError() };
      case 'refused-connection':
        throw refusal();
    }
  }

  /** A request arrives; the late ones come behind a write, before its caller hears of it. */
  async #arrival(arrive: Arrival, writes: boolean): ReturnType<Arrival> {
    const answer = await arrive();
    if (writes) await this.#land();
    return answer;
  }

  /** The calls beside it begin first: those that wait together take the time of one. */
  async #timedOut(giveUpMs: number): Promise<Error> {
    const { time } = this.#options;
    await new Promise((resolve) => setImmediate(resolve));
    time?.pass(Math.max(0, giveUpMs - time.nowMs()));
    return timeOut(this.#callMsMax);
  }

  get #callMsMax(): number {
    return this.#options.callMsMax?.() ?? 1_000;
  }
}

/** The error of a request that took too long, as the SDK's HTTP handler makes it. */
export const timeOut = (callMsMax: number): Error =>
  Object.assign(
    new Error(
      '@smithy/node-http-handler - [ERROR] a request has exceeded the configured ' +
        `${callMsMax} ms requestTimeout.`,
    ),
    { name: 'TimeoutError', code: 'ETIMEDOUT' },
  );

/** What Node says when nobody listens. */
const refusal = (): Error =>
  Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), {
    errno: -111,
    code: 'ECONNREFUSED',
    syscall: 'connect',
    address: '127.0.0.1',
    port: 1,
  });

/** Reads the whole answer, so that its connection is free, whatever becomes of it. */
async function answered(
  sent: Promise<DeserializeHandlerOutput<ServiceOutputTypes>>,
): Promise<{ response: HttpAnswer }> {
  try {
    const { response } = await sent;
    const { statusCode, headers, body } = response as Omit<HttpAnswer, 'body'> & {
      body: AsyncIterable<Uint8Array>;
    };
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return { response: { statusCode, headers, body: Buffer.concat(chunks) } };
  } catch (error) {
    throw ofThisRealm(error);
  }
}

/**
 * Under a test runner Node's own errors, such as a connection that was really reset, are of another
 * realm, and the SDK would wrap them and lose their code.
 */
function ofThisRealm(error: unknown): unknown {
  if (error instanceof Error || !Error.isError(error)) return error;
  const { name, message } = error;
  return Object.assign(new Error(message), error, { name });
}

/** How many items a transaction names; `undefined` if the call is none. */
const itemCountOf = (input: object): number | undefined =>
  'TransactItems' in input ? (input.TransactItems as TransactWriteItem[]).length : undefined;
