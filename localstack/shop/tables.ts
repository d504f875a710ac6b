import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import {
  type IndexDefinition,
  type LogicalTable,
  numberKeys,
  type TableDefinition,
  tableDefinitions,
  tableNames,
} from '../../lib/adapters/dynamodb/tables.ts';

/** Creates the shop's tables where they are missing; those that are there are kept. */
export async function createTables(endpoint: string, prefix: string): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials });
  const names = tableNames(prefix);
  const logical = Object.keys(tableDefinitions) as LogicalTable[];
  try {
    await Promise.all(
      logical.map((table) => createTable(client, names[table], tableDefinitions[table])),
    );
  } finally {
    client.destroy();
  }
}

async function createTable(
  client: DynamoDBClient,
  TableName: string,
  definition: TableDefinition,
): Promise<void> {
  try {
    await client.send(new CreateTableCommand({ TableName, ...shapeOf(definition) }));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
}

function shapeOf({
  key,
  indexes,
  stream,
}: TableDefinition): Omit<CreateTableCommandInput, 'TableName'> {
  const attributes = new Set([key, ...indexes.map(({ keys }) => keys)].flat());
  const [global, local] = (['global', 'local'] as const).map((kind) =>
    indexes.filter((index) => index.kind === kind).map(indexOf),
  );
  return {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...attributes].map((AttributeName) => ({
      AttributeName,
      AttributeType: numberKeys.includes(AttributeName) ? 'N' : 'S',
    })),
    KeySchema: keySchema(key),
    ...(global?.length ? { GlobalSecondaryIndexes: global } : {}),
    ...(local?.length ? { LocalSecondaryIndexes: local } : {}),
    ...(stream
      ? { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } }
      : {}),
  };
}

const indexOf = ({ name, keys, projection }: IndexDefinition) => ({
  IndexName: name,
  KeySchema: keySchema(keys),
  Projection:
    projection === 'KEYS_ONLY'
      ? { ProjectionType: projection }
      : { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: [...projection] },
});

const keySchema = (keys: readonly string[]) =>
  keys.map((AttributeName, i) => ({
    AttributeName,
    KeyType: i === 0 ? ('HASH' as const) : ('RANGE' as const),
  }));
