import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { HistoryRow, OrderHistory } from '../../ports/order-events.ts';
import type { Database } from './database.ts';
import { read } from './read.ts';
import { recordedOrder, type Row } from './rows.ts';

/** Small enough that a page is published well within the patience for one call. */
const PAGE = 200;

/** Every row of the orders' table, by a scan: for repairs, and for nothing that a user waits for. */
export const orderHistoryOn = (db: Database): OrderHistory => ({
  page: async (after) => {
    const { Items = [], LastEvaluatedKey } = await read(db, (client) =>
      client.send(
        new ScanCommand({
          TableName: db.tables.orders,
          // An order that was acknowledged is in, also if it was just now.
          ConsistentRead: true,
          Limit: PAGE,
          ...(after === undefined ? {} : { ExclusiveStartKey: after as Row }),
        }),
      ),
    );
    return { rows: Items.map(historyRow), next: LastEvaluatedKey };
  },
});

function historyRow(row: Row): HistoryRow {
  try {
    return { kind: 'recorded', recorded: recordedOrder(row) };
  } catch (error) {
    return { kind: 'unreadable', orderId: row['orderId']?.S ?? '', why: String(error) };
  }
}

/**
 * An order's row as a change of its table carries it. It comes as JSON, which for the kinds of values
 * that an order's row has is DynamoDB's own form.
 */
export const orderInImage = (image: unknown) => recordedOrder(image as Row);
