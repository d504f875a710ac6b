import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-dynamodb';
import type { DeserializeMiddleware, Pluggable } from '@smithy/types';
import { SizeBook } from '../lib/adapters/dynamodb/meter/book.ts';
import type { ShapeOf } from '../lib/adapters/dynamodb/meter/shape.ts';
import {
  cancelledAnswer,
  conflictAnswer,
  type ForgedResponse,
  type ReasonCode,
  throttledAnswer,
} from './contention/answers.ts';
import { type Attempt, attemptOf } from './contention/attempt.ts';
import { InFlight } from './contention/in-flight.ts';
import { type ItemWrite, itemWriteOf } from './contention/item-write.ts';
import { type ModelSettings, ROUND_TRIP_MS } from './contention/round-trip.ts';
import { Throughput } from './contention/throughput.ts';

export type { ModelSettings };

/** The model's time, so that tests can hold it still. */
export interface Timing {
  /** Milliseconds from any fixed moment. */
  nowMs(): number;
  sleep(ms: number): Promise<void>;
}

const machineTiming: Timing = { nowMs: () => performance.now(), sleep: (ms) => sleep(ms) };

/**
 * Adds to DynamoDB Local what it lacks, conflicts and throttling, as AWS documents them. All clients
 * that use the returned plugin share one state, as they share DynamoDB.
 *
 * Conflicts follow "Transaction conflict handling in DynamoDB"
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html):
 *
 *     in flight                  arrives                      the arriving one is
 *     TransactWriteItems         TransactWriteItems           cancelled: TransactionConflict
 *     TransactWriteItems         Put-, Update-, DeleteItem    refused: TransactionConflictException
 *     TransactWriteItems         TransactGetItems             cancelled: TransactionConflict
 *     Put-, Update-, DeleteItem  TransactGetItems             cancelled: TransactionConflict
 *
 * Nothing else meets: a plain write in flight turns no TransactWriteItems away, and plain reads
 * always succeed. A condition check is an item of its transaction like the others. Writes and
 * transactions last a round trip at least, and until the engine has answered; who is turned away
 * hears of it after a round trip, and has held nothing meanwhile.
 *
 * Throughput follows "Best practices for designing and using partition keys effectively" (same
 * guide): 1,000 write units per second and partition key, of the table and of each index, since an
 * index that is throttled throttles its table. Units are the meter's, of the item as last written
 * through this model. What is billed is taken: attempts turned away too, but for throttled items.
 *
 * Left out: bursts above one second's worth, splitting of hot partitions, read throughput,
 * `BatchWriteItem` (it would turn away TransactGetItems only), PartiQL, and
 * `TransactionInProgressException` for a token that is in flight already.
 */
export function contentionModel({
  shapeOf,
  roundTripMs = ROUND_TRIP_MS,
  timing = machineTiming,
}: Partial<ModelSettings> & { readonly shapeOf: ShapeOf; readonly timing?: Timing }): Pluggable<
  ServiceInputTypes,
  ServiceOutputTypes
> {
  const model = new Contention(shapeOf, timing);

  const middleware: DeserializeMiddleware<ServiceInputTypes, ServiceOutputTypes> =
    (next, context) => async (args) => {
      const attempt = attemptOf(context.commandName ?? '', args.input);
      if (attempt === undefined) return next(args);
      const roundTrip = timing.sleep(roundTripMs);
      const verdict = model.admit(attempt);
      if ('refusal' in verdict) {
        await roundTrip;
        return { response: verdict.refusal };
      }
      let succeeded = false;
      try {
        const result = await next(args);
        succeeded = isSuccess(result.response);
        return result;
      } finally {
        await roundTrip;
        verdict.end(succeeded);
      }
    };

  return {
    applyToStack: (stack) => {
      // Inside the deserializer, so that the client makes its own exception of a forged answer.
      stack.add(middleware, {
        name: 'contentionModel',
        step: 'deserialize',
        priority: 'low',
        override: true,
      });
    },
  };
}

/** An attempt turned away, or one under way until `end` is told how it ended. */
type Verdict =
  { readonly refusal: ForgedResponse } | { readonly end: (succeeded: boolean) => void };

/** Who is writing what, and how much each partition can still take. */
class Contention {
  readonly #inFlight = new InFlight();
  readonly #throughput: Throughput;
  readonly #book: SizeBook;

  constructor(shapeOf: ShapeOf, timing: Timing) {
    this.#book = new SizeBook(shapeOf);
    this.#throughput = new Throughput(() => timing.nowMs());
  }

  admit(attempt: Attempt): Verdict {
    return attempt.kind === 'transactional-read' ? this.#admitRead(attempt) : this.#admit(attempt);
  }

  #admitRead({ items }: Attempt & { kind: 'transactional-read' }): Verdict {
    const codes = items.map(({ table, key }): ReasonCode => {
      const item = this.#book.idOf(table, key);
      return item !== undefined && this.#inFlight.written(item) ? 'TransactionConflict' : 'None';
    });
    const free = codes.every((code) => code === 'None');
    return free ? { end: () => undefined } : { refusal: cancelledAnswer(codes) };
  }

  #admit({ kind, actions }: Attempt & { kind: 'transaction' | 'write' }): Verdict {
    const writes = actions.map((action) => itemWriteOf(action, kind, this.#book));
    const codes = writes.map((write) => this.#codeOf(write));
    if (codes.every((code) => code === 'None')) return this.#begin(kind, writes);
    for (const [at, { own }] of writes.entries()) {
      if (codes[at] !== 'ThrottlingError') this.#throughput.take(own);
    }
    if (kind === 'transaction') return { refusal: cancelledAnswer(codes) };
    const conflict = codes.includes('TransactionConflict');
    return { refusal: conflict ? conflictAnswer() : throttledAnswer() };
  }

  #codeOf({ item, all }: ItemWrite): ReasonCode {
    if (item !== undefined && this.#inFlight.inTransaction(item)) return 'TransactionConflict';
    return this.#throughput.bears(all) ? 'None' : 'ThrottlingError';
  }

  #begin(kind: 'transaction' | 'write', writes: readonly ItemWrite[]): Verdict {
    for (const { all } of writes) this.#throughput.take(all);
    const items = writes.flatMap(({ item }) => (item === undefined ? [] : [item]));
    const release = this.#inFlight.begin(kind, items);
    return {
      end: (succeeded) => {
        release();
        if (!succeeded) return;
        for (const { plan } of writes) this.#book.note(plan.table, plan.key, plan.outcome);
      },
    };
  }
}

const isSuccess = (response: unknown): boolean =>
  typeof response === 'object' &&
  response !== null &&
  'statusCode' in response &&
  response.statusCode === 200;
