import { type ServiceInputTypes, type ServiceOutputTypes } from '@aws-sdk/client-dynamodb';
import { type FinalizeRequestMiddleware, type Pluggable } from '@smithy/types';
import { SizeBook } from './meter/book.ts';
import { costOfAny } from './meter/cost-of.ts';
import { type Cost } from './meter/cost.ts';
import { fateOf, type Outcome } from './meter/fate.ts';
import { type ShapeOf } from './meter/shape.ts';

export { addCost, noCost, type Cost } from './meter/cost.ts';
export { type IndexShape, type TableShape } from './meter/shape.ts';

/**
 * Counts what a client's requests would cost on AWS, in on-demand mode, since DynamoDB Local
 * reports a flat two units for any transaction: `client.middlewareStack.use(meter(…))`.
 *
 * It stands right inside the SDK's retry loop, outside of everything that signs, sends or injects
 * faults, so each attempt is billed by itself, and refusals that a contention model invents are
 * billed too. `onCost` runs in the async context of whoever called `send`, before they hear the
 * answer; if it throws, the request fails.
 *
 * Exact are the puts, the reads, and what goes by images that this client has seen. An update or a
 * delete does not tell the client what was there: the meter keeps the last known images in a size
 * book and applies the update to them. For an item never seen it goes by the key and the new
 * values, and takes it to have had an entry in every index. An attempt whose reply was lost is
 * billed as carried out. PartiQL is counted as requests without units.
 */
export function meter(options: {
  readonly shapeOf: ShapeOf;
  /** Called once per attempt with the operation's name, such as `TransactWriteItems`. */
  readonly onCost: (cost: Cost, command: string) => void;
}): Pluggable<ServiceInputTypes, ServiceOutputTypes> {
  const book = new SizeBook(options.shapeOf);
  const perhapsDone = new WeakSet<object>();

  const middleware: FinalizeRequestMiddleware<ServiceInputTypes, ServiceOutputTypes> =
    (next, context) => async (args) => {
      const command = (context.commandName ?? '').replace(/Command$/, '');
      // All attempts of one `send` share the request, and with it the idempotency token.
      const attempt = args.request as object;
      const bill = (outcome: Outcome<object>) => {
        const fate = fateOf(outcome);
        if (fate === 'unknown' || fate === 'running') perhapsDone.add(attempt);
        options.onCost(costOfAny(command, args.input, outcome, book), command);
      };
      let result;
      try {
        result = await next(args);
      } catch (error) {
        bill({ error });
        throw error;
      }
      bill({ output: result.output, replayed: perhapsDone.has(attempt) });
      return result;
    };

  return {
    applyToStack: (stack) => {
      stack.addRelativeTo(middleware, {
        name: 'meter',
        relation: 'after',
        toMiddleware: 'retryMiddleware',
        override: true,
      });
    },
  };
}
