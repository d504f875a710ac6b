import {
  DynamoDBClient,
  GetItemCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  type TransactWriteItem,
  type TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { InitializeMiddleware, Pluggable } from '@smithy/types';

/**
 * Makes a shop what all of this is about not to be: it reads how many units there are, and if there
 * are enough, writes how many are left, without a condition. Two orders that read the same number
 * both take the last one. For the race only: nothing that a product can be set to does this.
 */
export function naiveStock(
  productsTable: string,
  endpoint: string,
): Pluggable<ServiceInputTypes, ServiceOutputTypes> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials });

  const unconditional = async (item: TransactWriteItem): Promise<TransactWriteItem> => {
    const { Update } = item;
    // Only an order's update names the version that it was priced with.
    const { ':units': units, ':version': version } = Update?.ExpressionAttributeValues ?? {};
    if (Update?.TableName !== productsTable || units === undefined || version === undefined) {
      return item;
    }
    const { Item } = await client.send(
      new GetItemCommand({ TableName: productsTable, Key: Update.Key, ConsistentRead: true }),
    );
    const left = Number(Item?.['availableUnits']?.N ?? 0) - Number(units.N);
    // Too few: the shop's own condition tells it so.
    if (left < 0) return item;
    return {
      Update: {
        TableName: productsTable,
        Key: Update.Key,
        UpdateExpression: 'SET availableUnits = :left',
        ExpressionAttributeValues: { ':left': { N: String(left) } },
      },
    };
  };

  const middleware: InitializeMiddleware<ServiceInputTypes, ServiceOutputTypes> =
    (next, context) => async (args) => {
      if (context.commandName !== 'TransactWriteItemsCommand') return next(args);
      const input = args.input as TransactWriteItemsCommandInput;
      const TransactItems = await Promise.all((input.TransactItems ?? []).map(unconditional));
      return next({ ...args, input: { ...input, TransactItems } });
    };

  return {
    applyToStack: (stack) => {
      stack.add(middleware, { step: 'initialize', name: 'naiveStock' });
    },
  };
}
