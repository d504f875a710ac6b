import {
  GetItemCommand,
  type TransactWriteItem,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type AdjustOutcome, type Adjustment, adjustmentReply } from '../../domain/adjustment.ts';
import { retold } from '../../domain/keyed-request.ts';
import { STOCK_MAX } from '../../domain/limits.ts';
import { Unavailable } from '../../domain/unavailable.ts';
import type { Stock } from '../../ports/stock.ts';
import type { Database } from './database.ts';
import { keptReply, marshall, type Row, shelf } from './rows.ts';
import type { TableNames } from './tables.ts';
import { transact } from './transact.ts';

/**
 * Moves the units and records the adjustment in one transaction, then completes the reply.
 *
 * The reply shows the stock, and a transaction returns no new values. A condition on the value read
 * before would starve a restock in the middle of a sale, so the stock is read afterwards and kept
 * by whoever comes first, a retry or a twin; nobody answers before the reply is kept.
 */
export const adjustOn =
  (db: Database): Stock['adjust'] =>
  async (adjustment) => {
    const { adjustmentId, requestId, fingerprint, sku, units, at } = adjustment;
    const record = { adjustmentId, requestId, fingerprint, sku, units, at };
    const TransactItems = [putIfNew(db.tables, marshall(record)), moveUnits(db.tables, adjustment)];
    const answer = await transact(db, TransactItems);
    if (answer.kind === 'contended') return answer;
    if (answer.kind === 'done') return completed(db, adjustment, record);
    const [own, product] = answer.reasons;
    if (own?.Item !== undefined) return completed(db, adjustment, recorded(own.Item));
    return refused(adjustment, product?.Item);
  };

const putIfNew = ({ adjustments }: TableNames, Item: Row): TransactWriteItem => ({
  Put: {
    TableName: adjustments,
    Item,
    ConditionExpression: 'attribute_not_exists(adjustmentId)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});

/** With `units` negative, `:room` is above every stock; with `units` positive, `:need` is below. */
const enoughUnits = 'availableUnits >= :need';
const enoughRoom = 'availableUnits <= :room';

const moveUnits = ({ products }: TableNames, { sku, units }: Adjustment): TransactWriteItem => ({
  Update: {
    TableName: products,
    Key: marshall({ sku }),
    UpdateExpression: 'SET availableUnits = availableUnits + :units',
    ConditionExpression: units < 0 ? enoughUnits : enoughRoom,
    ExpressionAttributeValues: marshall({
      ':units': units,
      ...(units < 0 ? { ':need': -units } : { ':room': STOCK_MAX - units }),
    }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});

function refused({ units }: Adjustment, product: Row | undefined): AdjustOutcome {
  if (product === undefined) return { kind: 'unknown' };
  const { availableUnits } = shelf(product);
  return { kind: units < 0 ? 'insufficient' : 'overfull', availableUnits };
}

/** An adjustment as its row has it: without a reply until somebody completed it. */
type Recorded = Adjustment & { readonly reply?: string };

const recorded = (row: Row): Recorded => unmarshall(row) as Recorded;

/** The units have moved: whatever fails from here on must not be told as "nothing happened". */
async function completed(db: Database, asked: Adjustment, found: Recorded): Promise<AdjustOutcome> {
  const { requestId, fingerprint } = found;
  if (fingerprint !== asked.fingerprint) return { kind: 'mismatched' };
  try {
    const reply = found.reply ?? (await keepReply(db, found));
    if (reply === undefined) return { kind: 'contended', unfinished: true };
    return retold({ requestId, fingerprint, reply }, asked, 'adjusted');
  } catch (error) {
    if (error instanceof Unavailable) throw new Unavailable(error.engine, 'unknown', error);
    throw error;
  }
}

async function keepReply(
  { attempt, tables }: Database,
  adjustment: Adjustment,
): Promise<string | undefined> {
  const { sku, adjustmentId } = adjustment;
  const read = new GetItemCommand({
    TableName: tables.products,
    Key: marshall({ sku }),
    ConsistentRead: true,
  });
  const product = await attempt((client) => client.send(read));
  if (product.kind !== 'done' || product.output.Item === undefined) return undefined;
  const keep = new UpdateItemCommand({
    TableName: tables.adjustments,
    Key: marshall({ adjustmentId }),
    UpdateExpression: 'SET reply = if_not_exists(reply, :reply)',
    ExpressionAttributeValues: marshall({
      ':reply': adjustmentReply(adjustment, shelf(product.output.Item).availableUnits),
    }),
    ReturnValues: 'ALL_NEW',
  });
  const kept = await attempt((client) => client.send(keep));
  if (kept.kind !== 'done' || kept.output.Attributes === undefined) return undefined;
  return keptReply(kept.output.Attributes).reply;
}
