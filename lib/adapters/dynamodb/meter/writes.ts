import {
  ConditionalCheckFailedException,
  type BatchWriteItemCommandInput,
  type BatchWriteItemCommandOutput,
  type DeleteItemCommandOutput,
  type PutItemCommandOutput,
  type TransactWriteItem,
  type UpdateItemCommandOutput,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { imageOf, type Image, type SizeBook } from './book.ts';
import { addCost, noCost, oneRequest, type Cost } from './cost.ts';
import { fateOf, type Outcome } from './fate.ts';
import { planOf, targetOf, type Told } from './plan.ts';
import { sum } from './size.ts';

/** What the replies to `PutItem`, `UpdateItem` and `DeleteItem` have in common. */
export type ItemOutput = Pick<
  PutItemCommandOutput | UpdateItemCommandOutput | DeleteItemCommandOutput,
  'Attributes'
>;

/** Bills a request that writes one item. */
export function costOfItemWrite(
  action: TransactWriteItem,
  returnValues: string | undefined,
  outcome: Outcome<ItemOutput>,
  book: SizeBook,
): Cost {
  const fate = fateOf(outcome);
  const cost = oneRequest({ itemWrites: itemWritesOf([action], book) });
  if (fate === 'unbilled') return cost;
  if (fate === 'refused' && 'error' in outcome) {
    if (outcome.error instanceof ConditionalCheckFailedException) {
      learnRefusal(action, outcome.error.Item, book);
    }
    return { ...cost, writeUnits: planOf(action, book, { held: false }).refusedUnits };
  }
  const attributes = 'output' in outcome ? outcome.output.Attributes : undefined;
  const told = fate === 'done' ? toldBy(returnValues, attributes) : { held: true };
  const plan = planOf(action, book, told);
  if (fate === 'done') book.note(plan.table, plan.key, plan.outcome);
  return { ...cost, writeUnits: plan.itemUnits + plan.indexUnits };
}

/** Bills a `BatchWriteItem`: each item by itself, those left unprocessed not at all. */
export function costOfBatchWrite(
  input: BatchWriteItemCommandInput,
  outcome: Outcome<Partial<BatchWriteItemCommandOutput>>,
  book: SizeBook,
): Cost {
  const unprocessed = 'output' in outcome ? outcome.output.UnprocessedItems : undefined;
  const leftOut = new Set(actionsOf(unprocessed ?? {}).map((action) => idOf(action, book)));
  return actionsOf(input.RequestItems ?? {})
    .map((action) => {
      if (!leftOut.has(idOf(action, book))) {
        const item = 'error' in outcome ? outcome : { output: {} };
        return costOfItemWrite(action, undefined, item, book);
      }
      return oneRequest({ itemWrites: itemWritesOf([action], book) });
    })
    .map((cost) => ({ ...cost, requests: 0 }))
    .reduce(addCost, { ...noCost, requests: 1 });
}

/** Counts the actions by the table that they write to. */
export function itemWritesOf(
  actions: readonly TransactWriteItem[],
  book: SizeBook,
): Readonly<Record<string, number>> {
  const tables = actions.map((action) => book.logicalName(targetOf(action).table));
  return Object.fromEntries(
    [...new Set(tables)].map((table) => [table, sum(tables, (other) => (other === table ? 1 : 0))]),
  );
}

/** Notes the image that turned a write away; asked for and not given, there was no item. */
export function learnRefusal(
  action: TransactWriteItem,
  image: Image['item'] | undefined,
  book: SizeBook,
): void {
  const { table, key, scope } = targetOf(action);
  if (image !== undefined) book.note(table, key, imageOf(image));
  else if (scope.ReturnValuesOnConditionCheckFailure === 'ALL_OLD') book.note(table, key, 'absent');
}

function toldBy(returnValues: string | undefined, attributes: ItemOutput['Attributes']): Told {
  const image = attributes && imageOf(attributes);
  if (returnValues === 'ALL_OLD') return { held: true, before: image ?? 'absent' };
  if (returnValues === 'ALL_NEW') return { held: true, after: image };
  return { held: true };
}

function actionsOf(requests: Readonly<Record<string, WriteRequest[]>>): TransactWriteItem[] {
  return Object.entries(requests).flatMap(([TableName, writes]) =>
    writes.map(({ PutRequest, DeleteRequest }) =>
      PutRequest
        ? { Put: { TableName, Item: PutRequest.Item } }
        : { Delete: { TableName, Key: DeleteRequest?.Key } },
    ),
  );
}

function idOf(action: TransactWriteItem, book: SizeBook): string {
  const { table, key } = targetOf(action);
  return book.idOf(table, key) ?? JSON.stringify([table, key]);
}
