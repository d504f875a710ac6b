import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { unitsGivenBack } from '../../domain/hold.ts';
import type { Sku } from '../../domain/ids.ts';
import type { HeldOrder } from '../../domain/order.ts';
import type { Stock } from '../../ports/stock.ts';
import type { Database } from './database.ts';
import { marshall } from './rows.ts';
import type { TableNames } from './tables.ts';
import { transact } from './transact.ts';

/** One transaction: every order of the group expires and its units go back, or nothing does. */
export const releaseOn =
  (db: Database): Stock['releaseMany'] =>
  async (held, nowMs) => {
    const TransactItems = [
      ...held.map((order) => expire(db.tables, order, nowMs)),
      ...[...unitsGivenBack(held)].map(([sku, units]) => giveBack(db.tables, sku, units)),
    ];
    const answer = await transact(db, TransactItems);
    switch (answer.kind) {
      case 'done':
        return { kind: 'released' };
      case 'refused': {
        const ended = held.filter((_, index) => answer.reasons[index]?.Code !== 'None');
        return { kind: 'ended', orderIds: ended.map(({ orderId }) => orderId) };
      }
      case 'contended':
        return answer;
    }
  };

const stillHeld = '#status = :pending';
const pastItsEnd = 'expiresAt <= :now';

const expire = (
  { orders }: TableNames,
  { orderId, expiresAt }: HeldOrder,
  nowMs: number,
): TransactWriteItem => ({
  Update: {
    TableName: orders,
    Key: marshall({ orderId }),
    UpdateExpression: 'SET #status = :expired, expiredAt = :end, releasedAt = :now REMOVE holdKey',
    ConditionExpression: `${stillHeld} AND ${pastItsEnd}`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: marshall({
      ':pending': 'PENDING_PAYMENT',
      ':expired': 'EXPIRED',
      ':end': expiresAt,
      ':now': new Date(nowMs).toISOString(),
    }),
  },
});

const giveBack = ({ products }: TableNames, sku: Sku, units: number): TransactWriteItem => ({
  Update: {
    TableName: products,
    Key: marshall({ sku }),
    UpdateExpression: 'SET availableUnits = availableUnits + :units',
    ExpressionAttributeValues: marshall({ ':units': units }),
  },
});
