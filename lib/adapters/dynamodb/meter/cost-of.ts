import {
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  type BatchWriteItemCommandInput,
  type BatchWriteItemCommandOutput,
  type DeleteItemCommandInput,
  type GetItemCommandInput,
  type GetItemCommandOutput,
  type PutItemCommandInput,
  type QueryCommandInput,
  type QueryCommandOutput,
  type ScanCommandInput,
  type ScanCommandOutput,
  type TransactGetItemsCommandInput,
  type TransactGetItemsCommandOutput,
  type TransactWriteItemsCommandInput,
  type TransactWriteItemsCommandOutput,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { type SizeBook } from './book.ts';
import { oneRequest, type Cost } from './cost.ts';
import { type Outcome } from './fate.ts';
import { costOfBatchGet, costOfGet, costOfQuery, costOfTransactGet } from './reads.ts';
import { costOfTransactWrite } from './transactions.ts';
import { costOfBatchWrite, costOfItemWrite, type ItemOutput } from './writes.ts';

/** The operations that are billed by units, with what the meter reads of each. */
export interface Operations {
  readonly GetItem: Operation<GetItemCommandInput, GetItemCommandOutput>;
  readonly BatchGetItem: Operation<BatchGetItemCommandInput, BatchGetItemCommandOutput>;
  readonly TransactGetItems: Operation<TransactGetItemsCommandInput, TransactGetItemsCommandOutput>;
  readonly Query: Operation<QueryCommandInput, QueryCommandOutput>;
  readonly Scan: Operation<ScanCommandInput, ScanCommandOutput>;
  readonly PutItem: Operation<PutItemCommandInput, ItemOutput>;
  readonly UpdateItem: Operation<UpdateItemCommandInput, ItemOutput>;
  readonly DeleteItem: Operation<DeleteItemCommandInput, ItemOutput>;
  readonly BatchWriteItem: Operation<BatchWriteItemCommandInput, BatchWriteItemCommandOutput>;
  readonly TransactWriteItems: Operation<
    TransactWriteItemsCommandInput,
    TransactWriteItemsCommandOutput
  >;
}

interface Operation<Input, Output> {
  readonly input: Input;
  readonly output: Partial<Output>;
}

type Bill<Name extends keyof Operations> = (
  input: Operations[Name]['input'],
  outcome: Outcome<Operations[Name]['output']>,
  book: SizeBook,
) => Cost;

const bills: { readonly [Name in keyof Operations]: Bill<Name> } = {
  GetItem: costOfGet,
  BatchGetItem: costOfBatchGet,
  TransactGetItems: costOfTransactGet,
  Query: costOfQuery,
  Scan: costOfQuery,
  PutItem: (input, outcome, book) =>
    costOfItemWrite({ Put: input }, input.ReturnValues, outcome, book),
  UpdateItem: (input, outcome, book) =>
    costOfItemWrite(
      { Update: { ...input, UpdateExpression: input.UpdateExpression } },
      input.ReturnValues,
      outcome,
      book,
    ),
  DeleteItem: (input, outcome, book) =>
    costOfItemWrite({ Delete: input }, input.ReturnValues, outcome, book),
  BatchWriteItem: costOfBatchWrite,
  TransactWriteItems: costOfTransactWrite,
};

/**
 * What one attempt at a request costs, worked out of its input and its reply or error; the book is
 * read for sizes and takes note of what the reply shows.
 */
export function costOf<Name extends keyof Operations>(
  command: Name,
  input: Operations[Name]['input'],
  outcome: Outcome<Operations[Name]['output']>,
  book: SizeBook,
): Cost {
  return bills[command](input, outcome, book);
}

/** As `costOf`, for a command known by name only; one that moves no items is a request, no more. */
export function costOfAny(
  command: string,
  input: object,
  outcome: Outcome<object>,
  book: SizeBook,
): Cost {
  if (!Object.hasOwn(bills, command)) return oneRequest({});
  const bill = bills[command as keyof Operations] as (
    input: object,
    outcome: Outcome<object>,
    book: SizeBook,
  ) => Cost;
  return bill(input, outcome, book);
}
