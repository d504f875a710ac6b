import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Engine } from '../../ports/engine.ts';
import type { Database } from './database.ts';
import { read } from './read.ts';
import { marshall } from './rows.ts';

/** Reads a product that can't exist: its SKU is reserved. */
export const dynamoEngine = (db: Database): Engine => ({
  name: 'dynamodb',
  probe: async () => {
    const command = new GetItemCommand({
      TableName: db.tables.products,
      Key: marshall({ sku: 'top' }),
    });
    await read(db, (client) => client.send(command));
  },
});
