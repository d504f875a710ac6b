import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Ledger } from '../../ports/ledger.ts';
import { BALANCE, balance, entry } from './ledger-rows.ts';
import type { Database } from './database.ts';
import { bookChargeOn, bookPaymentOn } from './bookings.ts';
import { read, readOne } from './read.ts';
import { keptReply, marshall } from './rows.ts';
import { bySeqIndex } from './tables.ts';

export const ledgerOn = (db: Database): Ledger => ({
  balance: async (userId) => {
    const row = await readOne(db, db.tables.ledger, marshall({ userId, entryId: BALANCE }));
    return balance(userId, row);
  },

  find: async (userId, entryId) => {
    const row = await readOne(db, db.tables.ledger, marshall({ userId, entryId }));
    return row === undefined ? undefined : keptReply(row);
  },

  entries: async (userId, { limit, beforeSeq }) => {
    const { Items = [] } = await read(db, (client) =>
      client.send(
        new QueryCommand({
          TableName: db.tables.ledger,
          // A local index: it can be read strongly, and the balance is not in it.
          IndexName: bySeqIndex,
          ConsistentRead: true,
          KeyConditionExpression: `userId = :user${beforeSeq === undefined ? '' : ' AND seq < :before'}`,
          ExpressionAttributeValues: marshall({
            ':user': userId,
            ...(beforeSeq === undefined ? {} : { ':before': beforeSeq }),
          }),
          ScanIndexForward: false,
          Limit: limit,
        }),
      ),
    );
    return Items.map(entry);
  },

  charge: bookChargeOn(db),
  pay: bookPaymentOn(db),
});
