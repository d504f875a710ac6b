import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { Charge } from '../../domain/charge.ts';
import { retold } from '../../domain/keyed-request.ts';
import type { Booking } from '../../domain/ledger.ts';
import type { Payment } from '../../domain/payment.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { Database } from './database.ts';
import { BALANCE, claim, claimRow, entryRow } from './ledger-rows.ts';
import { keptReply, marshall } from './rows.ts';
import type { TableNames } from './tables.ts';
import { transact } from './transact.ts';

/** One transaction: the entry, if its id is new, the balance, and the provider's reference. */
export const bookChargeOn =
  (db: Database): Ledger['charge'] =>
  async (charge) => {
    const actions = [
      putEntry(db.tables, charge),
      moveBalance(db.tables, charge),
      ...(charge.providerRef === undefined ? [] : [claimReference(db.tables, charge)]),
    ];
    const answer = await transact(db, actions);
    if (answer.kind === 'contended') return answer;
    if (answer.kind === 'done') return { kind: 'charged', reply: charge.reply };
    // The own entry comes first, because a replay finds its own reference too.
    const [own, , reference] = answer.reasons;
    if (own?.Item !== undefined) return retold(keptReply(own.Item), charge, 'charged');
    if (reference?.Item !== undefined) return { kind: 'claimed', ...claim(reference.Item) };
    return { kind: 'contended' };
  };

/** One transaction: the entry, if its id is new, the balance, and the order, if it is pending. */
export const bookPaymentOn =
  (db: Database): Ledger['pay'] =>
  async (payment) => {
    const { tables } = db;
    const actions = [
      putEntry(tables, payment),
      moveBalance(tables, payment),
      settleOrder(tables, payment),
    ];
    const answer = await transact(db, actions);
    if (answer.kind === 'contended') return answer;
    if (answer.kind === 'done') return { kind: 'paid', reply: payment.reply };
    const [own] = answer.reasons;
    // The balance or the order moved since it was read: whoever reads them again knows how.
    if (own?.Item === undefined) return { kind: 'contended' };
    return retold(keptReply(own.Item), payment, 'paid');
  };

const putEntry = ({ ledger }: TableNames, booking: Booking): TransactWriteItem => ({
  Put: {
    TableName: ledger,
    Item: entryRow(booking),
    ConditionExpression: 'attribute_not_exists(entryId)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});

const noEntryYet = 'attribute_not_exists(version)';
const unchanged = 'version = :seen';

/** The version is the `seq` of the last entry, so a balance that is unchanged has no gap before it. */
function moveBalance(
  { ledger }: TableNames,
  { userId, seq, balanceMinor }: Booking,
): TransactWriteItem {
  const seen = seq - 1;
  return {
    Update: {
      TableName: ledger,
      Key: marshall({ userId, entryId: BALANCE }),
      UpdateExpression: 'SET balanceMinor = :balance, version = :seq',
      ConditionExpression: seen === 0 ? noEntryYet : unchanged,
      ExpressionAttributeValues: marshall({
        ':balance': balanceMinor,
        ':seq': seq,
        ...(seen === 0 ? {} : { ':seen': seen }),
      }),
    },
  };
}

const claimReference = ({ providerRefs }: TableNames, charge: Charge): TransactWriteItem => ({
  Put: {
    TableName: providerRefs,
    Item: claimRow(charge),
    ConditionExpression: 'attribute_not_exists(providerRef)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});

const stillPending = '#status = :pending';
const notPastItsEnd = 'expiresAt > :at';

const settleOrder = (
  { orders }: TableNames,
  { orderId, entryId, at }: Payment,
): TransactWriteItem => ({
  Update: {
    TableName: orders,
    Key: marshall({ orderId }),
    UpdateExpression: 'SET #status = :paid, paymentId = :payment, paidAt = :at REMOVE holdKey',
    ConditionExpression: `${stillPending} AND ${notPastItsEnd}`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: marshall({
      ':pending': 'PENDING_PAYMENT',
      ':paid': 'PAID',
      ':payment': entryId,
      ':at': at,
    }),
  },
});
