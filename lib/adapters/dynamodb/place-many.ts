import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { GroupPlan } from '../../domain/group.ts';
import type { Placement } from '../../domain/placement.ts';
import type { Stock } from '../../ports/stock.ts';
import type { Database } from './database.ts';
import { noHoldBeforeTheMark, noNewerFence, pricedAsNow, putOrder, take } from './place.ts';
import { keptReply, marshall, shelf } from './rows.ts';
import type { TableNames } from './tables.ts';
import { transact } from './transact.ts';

/**
 * One transaction for a group: the product's units for the sum of the accepted orders, a row for each
 * of them, and a check for each refused one, since an order that exists is not short of anything.
 */
export const placeManyOn =
  (db: Database): Stock['placeMany'] =>
  async (plan) => {
    const { accepted, refused } = plan;
    const TransactItems = [
      accepted.length > 0 ? takeSum(db.tables, plan) : keepShortage(db.tables, plan),
      ...accepted.map((placement) => putOrder(db.tables, placement)),
      ...refused.map((placement) => checkAbsent(db.tables, placement)),
    ];
    const answer = await transact(db, TransactItems);
    if (answer.kind === 'contended') return answer;
    if (answer.kind === 'done') return { kind: 'carried-out' };
    const [product, ...orders] = answer.reasons;
    const known = [...accepted, ...refused].flatMap(({ order: { orderId } }, index) => {
      const row = orders[index]?.Item;
      return row === undefined ? [] : [[orderId, keptReply(row)] as const];
    });
    const row = product?.Item;
    return { kind: 'moved', shelf: row && shelf(row), known: new Map(known) };
  };

const enoughForTheAccepted = 'availableUnits >= :units';
const tooFewForTheRefused = 'availableUnits <= :most';

/** The conditions that a plan sets on the product, with the values that they name. */
function conditionOf({ version, takenUnits, mostUnits, expiresAt, fence }: GroupPlan) {
  const conditions = [
    pricedAsNow,
    ...(expiresAt === undefined ? [] : [enoughForTheAccepted, noHoldBeforeTheMark]),
    ...(mostUnits === undefined ? [] : [tooFewForTheRefused]),
    ...(fence === undefined ? [] : [noNewerFence]),
  ];
  const values = {
    ':version': version,
    ...(expiresAt === undefined ? {} : { ':units': takenUnits, ':expiresAt': expiresAt }),
    ...(mostUnits === undefined ? {} : { ':most': mostUnits }),
    ...(fence === undefined ? {} : { ':fence': fence }),
  };
  return { ConditionExpression: conditions.join(' AND '), values };
}

function takeSum({ products }: TableNames, plan: GroupPlan): TransactWriteItem {
  const { ConditionExpression, values } = conditionOf(plan);
  const { sku, fence, holdsExpireFrom } = plan;
  return {
    Update: {
      TableName: products,
      Key: marshall({ sku }),
      UpdateExpression: fence === undefined ? take : `${take}, fence = :fence`,
      ConditionExpression,
      ExpressionAttributeValues: marshall({ ...values, ':from': holdsExpireFrom }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}

/**
 * Checks that all are short. Under a fence it writes it: nobody who came with an older one may then
 * sell to those who are refused. A check costs as many units as a write.
 */
function keepShortage({ products }: TableNames, plan: GroupPlan): TransactWriteItem {
  const { ConditionExpression, values } = conditionOf(plan);
  const check = {
    TableName: products,
    Key: marshall({ sku: plan.sku }),
    ConditionExpression,
    ExpressionAttributeValues: marshall(values),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
  if (plan.fence === undefined) return { ConditionCheck: check };
  return { Update: { ...check, UpdateExpression: 'SET fence = :fence' } };
}

const checkAbsent = ({ orders }: TableNames, { order }: Placement): TransactWriteItem => ({
  ConditionCheck: {
    TableName: orders,
    Key: marshall({ orderId: order.orderId }),
    ConditionExpression: 'attribute_not_exists(orderId)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});
