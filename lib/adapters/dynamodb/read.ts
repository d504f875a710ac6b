import { BatchGetItemCommand, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { Unavailable } from '../../domain/unavailable.ts';
import type { Database } from './database.ts';
import type { Row } from './rows.ts';

/**
 * A read has no condition to fail; one that is throttled is an engine without room for us. Whatever
 * became of it, it did nothing.
 */
export async function read<Output>(
  { attempt }: Database,
  call: (client: DynamoDBClient) => Promise<Output>,
): Promise<Output> {
  const answer = await attempt(call).catch((error: unknown) => {
    throw error instanceof Unavailable ? new Unavailable(error.engine, 'none', error) : error;
  });
  if (answer.kind !== 'done') throw new Unavailable('dynamodb', 'none');
  return answer.output;
}

/** A strong read of one key. */
export async function readOne(db: Database, TableName: string, Key: Row): Promise<Row | undefined> {
  const command = new GetItemCommand({ TableName, Key, ConsistentRead: true });
  const { Item } = await read(db, (client) => client.send(command));
  return Item;
}

const ROUNDS_MAX = 5;

/** Strong reads of up to 100 keys; those that DynamoDB left out of its answer are asked again. */
export async function readAll(db: Database, table: string, keys: readonly Row[]): Promise<Row[]> {
  const rows: Row[] = [];
  let left = [...keys];
  for (let round = 0; left.length > 0; round += 1) {
    if (round === ROUNDS_MAX) throw new Unavailable('dynamodb', 'none');
    const RequestItems = { [table]: { Keys: left, ConsistentRead: true } };
    const { Responses = {}, UnprocessedKeys = {} } = await read(db, (client) =>
      client.send(new BatchGetItemCommand({ RequestItems })),
    );
    rows.push(...(Responses[table] ?? []));
    left = UnprocessedKeys[table]?.Keys ?? [];
  }
  return rows;
}
