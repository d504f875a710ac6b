import {
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  type GetItemCommandInput,
  type GetItemCommandOutput,
  type QueryCommandInput,
  type QueryCommandOutput,
  type ScanCommandInput,
  type TransactGetItemsCommandInput,
  type TransactGetItemsCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { imageOf, knownBytes, type SizeBook } from './book.ts';
import { oneRequest, type Cost } from './cost.ts';
import { fateOf, type Outcome } from './fate.ts';
import { itemBytes, readUnitsOf, sum, type Consistency, type Item } from './size.ts';

interface Reading {
  readonly ConsistentRead?: boolean | undefined;
  readonly ProjectionExpression?: string | undefined;
  readonly AttributesToGet?: readonly string[] | undefined;
}

/** Bills a `GetItem`: by the whole item, whatever part was asked for, or by one unit for none. */
export function costOfGet(
  input: GetItemCommandInput,
  outcome: Outcome<Partial<GetItemCommandOutput>>,
  book: SizeBook,
): Cost {
  const { TableName: table = '', Key: key = {} } = input;
  if (fateOf(outcome) === 'unbilled') return oneRequest({});
  if ('output' in outcome) learn(table, key, outcome.output.Item, input, book);
  const returned = 'output' in outcome ? outcome.output.Item : undefined;
  return oneRequest({
    readUnits: readUnitsOf(wholeBytes(table, key, returned, book), consistencyOf(input)),
  });
}

/** Bills a `TransactGetItems`: every item asked for, twice; also when it meets a conflict. */
export function costOfTransactGet(
  input: TransactGetItemsCommandInput,
  outcome: Outcome<Partial<TransactGetItemsCommandOutput>>,
  book: SizeBook,
): Cost {
  if (fateOf(outcome) === 'unbilled') return oneRequest({});
  const responses = 'output' in outcome ? outcome.output.Responses : undefined;
  const readUnits = sum((input.TransactItems ?? []).entries(), ([at, { Get: get }]) => {
    const { TableName: table = '', Key: key = {} } = get ?? {};
    const returned = responses?.[at]?.Item;
    if (responses) learn(table, key, returned, get ?? {}, book);
    return readUnitsOf(wholeBytes(table, key, returned, book), 'transactional');
  });
  return oneRequest({ readUnits });
}

/** Bills a `BatchGetItem`: each key by itself, those left unprocessed not at all. */
export function costOfBatchGet(
  input: BatchGetItemCommandInput,
  outcome: Outcome<Partial<BatchGetItemCommandOutput>>,
  book: SizeBook,
): Cost {
  if (fateOf(outcome) === 'unbilled') return oneRequest({});
  const output = 'output' in outcome ? outcome.output : {};
  const readUnits = sum(Object.entries(input.RequestItems ?? {}), ([table, asked]) => {
    const items: readonly Item[] = output.Responses?.[table] ?? [];
    const unprocessed = output.UnprocessedKeys?.[table]?.Keys?.length ?? 0;
    const keysMissing = (asked.Keys?.length ?? 0) - unprocessed - items.length;
    const consistency = consistencyOf(asked);
    for (const item of items) learn(table, item, item, asked, book);
    const found = sum(items, (item) =>
      readUnitsOf(wholeBytes(table, item, item, book), consistency),
    );
    return found + Math.max(0, keysMissing) * readUnitsOf(0, consistency);
  });
  return oneRequest({ readUnits });
}

/**
 * Bills a `Query` or a `Scan`: the bytes of all that it went through, rounded up once.
 *
 * What a filter dropped is reckoned at the mean size of the rest. A count without items is billed
 * one unit, for want of sizes; so is a page that found nothing. An index's entries are taken as
 * they come back, so a projected read of one is billed too low, and so is a local index that has
 * to fetch from its table.
 */
export function costOfQuery(
  input: QueryCommandInput | ScanCommandInput,
  outcome: Outcome<Partial<QueryCommandOutput>>,
  book: SizeBook,
): Cost {
  const { TableName: table = '', IndexName: index } = input;
  if (fateOf(outcome) === 'unbilled') return oneRequest({});
  const output = 'output' in outcome ? outcome.output : {};
  const items: readonly Item[] = output.Items ?? [];
  if (index === undefined) for (const item of items) learn(table, item, item, input, book);
  const returnedBytes = sum(items, (item) =>
    index === undefined ? wholeBytes(table, item, item, book) : itemBytes(item),
  );
  const scanned = Math.max(items.length, output.ScannedCount ?? 0);
  const bytes = items.length === 0 ? 0 : (returnedBytes * scanned) / items.length;
  return oneRequest({ readUnits: readUnitsOf(bytes, consistencyOf(input)) });
}

function consistencyOf(reading: Reading): Consistency {
  return reading.ConsistentRead === true ? 'strong' : 'eventual';
}

/** Notes an item that was read whole, or that was not there. */
function learn(
  table: string,
  key: Item,
  item: Item | undefined,
  reading: Reading,
  book: SizeBook,
): void {
  const whole = reading.ProjectionExpression === undefined && !reading.AttributesToGet;
  if (item === undefined) book.note(table, key, 'absent');
  else if (whole) book.note(table, key, imageOf(item));
}

/** The size of an item of which perhaps a part came back: the book may know more of it. */
function wholeBytes(table: string, key: Item, returned: Item | undefined, book: SizeBook): number {
  return Math.max(returned ? itemBytes(returned) : 0, knownBytes(book.recall(table, key)));
}
