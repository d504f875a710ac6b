import {
  DeleteItemCommand,
  PutItemCommand,
  TransactGetItemsCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

/** The requests of the tests on the contention model. */

const product = (sku: string) => ({ TableName: 'products', Key: { sku: { S: sku } } });
const setUnits = {
  UpdateExpression: 'SET units = :one',
  ExpressionAttributeValues: { ':one': { N: '1' } },
};

export const put = (sku: string, table = 'products', key = 'sku'): TransactWriteItem => ({
  Put: { TableName: table, Item: { [key]: { S: sku } } },
});
export const update = (sku: string): TransactWriteItem => ({
  Update: { ...product(sku), ...setUnits },
});
export const remove = (sku: string): TransactWriteItem => ({ Delete: product(sku) });
export const check = (sku: string): TransactWriteItem => ({
  ConditionCheck: { ...product(sku), ConditionExpression: 'attribute_exists(sku)' },
});

export const transaction = (...TransactItems: TransactWriteItem[]) =>
  new TransactWriteItemsCommand({ TransactItems });
export const putItem = (sku: string, padBytes = 0) =>
  new PutItemCommand({
    TableName: 'products',
    Item: { sku: { S: sku }, pad: { S: 'x'.repeat(padBytes) } },
  });
export const updateItem = (sku: string) => new UpdateItemCommand({ ...product(sku), ...setUnits });
export const deleteItem = (sku: string) => new DeleteItemCommand(product(sku));
export const transactGet = (...skus: string[]) =>
  new TransactGetItemsCommand({ TransactItems: skus.map((sku) => ({ Get: product(sku) })) });
