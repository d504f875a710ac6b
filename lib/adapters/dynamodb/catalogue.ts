import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { defaultStrategy } from '../../domain/product.ts';
import type { Catalogue, ChangeOutcome, ProductChange } from '../../ports/catalogue.ts';
import type { Stock } from '../../ports/stock.ts';
import type { Database } from './database.ts';
import { readAll, readOne } from './read.ts';
import { marshall, type Row, shelf } from './rows.ts';

export const catalogueOn = (db: Database): Catalogue => ({
  find: async (skus) => {
    const [only, ...more] = skus;
    if (only === undefined) return [];
    if (more.length === 0) return [(await shelfOn(db)(only)) ?? []].flat();
    const keys = skus.map((sku) => marshall({ sku }));
    return (await readAll(db, db.tables.products, keys)).map(shelf);
  },
  change: (change) => (change.expected === 'absent' ? create(db, change) : alter(db, change)),
});

/** A strong read of a product with all that the store knows of it. */
export const shelfOn =
  (db: Database): Stock['shelf'] =>
  async (sku) => {
    const row = await readOne(db, db.tables.products, marshall({ sku }));
    return row === undefined ? undefined : shelf(row);
  };

async function create(
  { attempt, tables }: Database,
  change: ProductChange,
): Promise<ChangeOutcome> {
  const { sku, name, priceMinor, strategy = defaultStrategy, newVersion } = change;
  const product = { sku, name, priceMinor, strategy, catalogueVersion: newVersion };
  const answer = await attempt((client) =>
    client.send(
      new PutItemCommand({
        TableName: tables.products,
        Item: marshall({ ...product, availableUnits: 0 }),
        ConditionExpression: 'attribute_not_exists(sku)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ),
  );
  switch (answer.kind) {
    case 'done':
      return { kind: 'created', product: { ...product, availableUnits: 0 } };
    case 'refused':
      return stale(change, answer.reasons[0]?.Item, 'created');
    case 'contended':
      return answer;
  }
}

async function alter({ attempt, tables }: Database, change: ProductChange): Promise<ChangeOutcome> {
  const { sku, name, priceMinor, strategy, newVersion, expected } = change;
  const versions = typeof expected === 'string' ? [] : expected;
  const expectedValues = Object.fromEntries(
    versions.map((version, i) => [`:expected${i}`, version]),
  );
  const atOneOf = `catalogueVersion IN (${Object.keys(expectedValues).join(', ')})`;
  const answer = await attempt((client) =>
    client.send(
      new UpdateItemCommand({
        TableName: tables.products,
        Key: marshall({ sku }),
        UpdateExpression:
          'SET #name = :name, priceMinor = :price, catalogueVersion = :new' +
          (strategy === undefined ? '' : ', strategy = :strategy'),
        ConditionExpression: expected === 'any' ? 'attribute_exists(sku)' : atOneOf,
        ExpressionAttributeNames: { '#name': 'name' },
        ExpressionAttributeValues: marshall({
          ':name': name,
          ':price': priceMinor,
          ':new': newVersion,
          ...(strategy === undefined ? {} : { ':strategy': strategy }),
          ...expectedValues,
        }),
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ),
  );
  switch (answer.kind) {
    case 'done':
      return { kind: 'changed', product: shelf(answer.output.Attributes ?? {}) };
    case 'refused':
      return stale(change, answer.reasons[0]?.Item, 'changed');
    case 'contended':
      return answer;
  }
}

/** Finding one's own version is one's own success, whose reply was lost. */
function stale(
  { newVersion }: ProductChange,
  row: Row | undefined,
  done: 'created' | 'changed',
): ChangeOutcome {
  const product = row === undefined ? undefined : shelf(row);
  if (product?.catalogueVersion === newVersion) return { kind: done, product };
  return { kind: 'stale', exists: product !== undefined };
}
