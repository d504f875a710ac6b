import type {
  AttributeValue,
  DeleteItemCommandInput,
  PutItemCommandInput,
  TransactGetItemsCommandInput,
  TransactWriteItem,
  TransactWriteItemsCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';

/** One attempt at an operation that a transaction can turn away, or that is one. */
export type Attempt =
  | { readonly kind: 'transaction'; readonly actions: readonly TransactWriteItem[] }
  | { readonly kind: 'write'; readonly actions: readonly [TransactWriteItem] }
  | { readonly kind: 'transactional-read'; readonly items: readonly ReadItem[] };

export interface ReadItem {
  readonly table: string;
  readonly key: Record<string, AttributeValue>;
}

interface Inputs {
  readonly TransactWriteItemsCommand: TransactWriteItemsCommandInput;
  readonly TransactGetItemsCommand: TransactGetItemsCommandInput;
  readonly PutItemCommand: PutItemCommandInput;
  readonly UpdateItemCommand: UpdateItemCommandInput;
  readonly DeleteItemCommand: DeleteItemCommandInput;
}

const attempts: { readonly [Name in keyof Inputs]: (input: Inputs[Name]) => Attempt } = {
  TransactWriteItemsCommand: (input) => ({
    kind: 'transaction',
    actions: input.TransactItems ?? [],
  }),
  TransactGetItemsCommand: (input) => ({
    kind: 'transactional-read',
    items: (input.TransactItems ?? []).map(({ Get }) => ({
      table: Get?.TableName ?? '',
      key: Get?.Key ?? {},
    })),
  }),
  PutItemCommand: (input) => ({ kind: 'write', actions: [{ Put: input }] }),
  UpdateItemCommand: (input) => ({
    kind: 'write',
    actions: [{ Update: { ...input, UpdateExpression: input.UpdateExpression } }],
  }),
  DeleteItemCommand: (input) => ({ kind: 'write', actions: [{ Delete: input }] }),
};

/** Reads a command; undefined for one that no transaction can turn away, such as a plain read. */
export function attemptOf(command: string, input: object): Attempt | undefined {
  if (!Object.hasOwn(attempts, command)) return undefined;
  const read = attempts[command as keyof Inputs] as (input: object) => Attempt;
  return read(input);
}
