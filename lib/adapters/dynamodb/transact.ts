import { type TransactWriteItem, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { Answer, Database } from './database.ts';

/** All of the actions, or none; one reason for each of them if they were refused. */
export const transact = (
  { attempt }: Database,
  TransactItems: TransactWriteItem[],
): Promise<Answer<unknown>> =>
  attempt((client) => client.send(new TransactWriteItemsCommand({ TransactItems })));
