import {
  TransactionCanceledException,
  type CancellationReason,
  type TransactWriteItem,
  type TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import { knownBytes, type SizeBook } from './book.ts';
import { oneRequest, type Cost } from './cost.ts';
import { fateOf, type Outcome } from './fate.ts';
import { planOf, type Plan } from './plan.ts';
import { readUnitsOf, sum } from './size.ts';
import { itemWritesOf, learnRefusal } from './writes.ts';

/** A transaction writes every item twice, to prepare and to commit; its indexes but once. */
const phases = 2;

/** Reasons that keep one action of a cancelled transaction off the bill. */
const unbilledReasons = new Set([
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'ValidationError',
]);

/**
 * Bills a `TransactWriteItems`.
 *
 * Cancelled, each action is billed as prepared, without the indexes. A repeat of a token that has
 * been carried out is billed as a transactional read of the items: the repeat after a lost reply
 * is taken for one, since its first attempt has been billed as carried out.
 */
export function costOfTransactWrite(
  input: TransactWriteItemsCommandInput,
  outcome: Outcome<unknown>,
  book: SizeBook,
): Cost {
  const actions = input.TransactItems ?? [];
  const sent = oneRequest({ transactions: 1, itemWrites: itemWritesOf(actions, book) });
  const fate = fateOf(outcome);
  if (fate === 'unbilled') return sent;
  if ((fate === 'cancelled' || fate === 'refused') && 'error' in outcome) {
    return { ...sent, writeUnits: cancelledUnits(actions, outcome.error, book) };
  }
  const plans = actions.map((action) => planOf(action, book, { held: true }));
  if (fate === 'done') for (const plan of plans) book.note(plan.table, plan.key, plan.outcome);
  const replayed = 'output' in outcome && outcome.replayed === true;
  if (replayed || fate === 'running') return { ...sent, readUnits: sum(plans, replayUnits) };
  return { ...sent, writeUnits: sum(plans, (plan) => phases * plan.itemUnits + plan.indexUnits) };
}

function cancelledUnits(
  actions: readonly TransactWriteItem[],
  error: unknown,
  book: SizeBook,
): number {
  const given = error instanceof TransactionCanceledException ? error.CancellationReasons : [];
  const reasons: readonly CancellationReason[] = given ?? [];
  return sum(actions.entries(), ([at, action]) => {
    const { Code: code, Item: image } = reasons[at] ?? {};
    if (unbilledReasons.has(code ?? '')) return 0;
    const refused = code === 'ConditionalCheckFailed';
    if (refused) learnRefusal(action, image, book);
    const plan = planOf(action, book, { held: false });
    return phases * (refused ? plan.refusedUnits : plan.itemUnits);
  });
}

function replayUnits(plan: Plan): number {
  return readUnitsOf(Math.max(knownBytes(plan.before), knownBytes(plan.after)), 'transactional');
}
