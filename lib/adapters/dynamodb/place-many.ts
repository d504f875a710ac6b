import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { GroupPlan, RefusedPlacement } from '../../domain/group.ts';
import type { Stock } from '../../ports/stock.ts';
import type { Database } from './database.ts';
import {
  noHoldBeforeTheMark,
  noNewerFence,
  pricedAsNow,
  putIfAbsent,
  putOrder,
  take,
} from './place.ts';
import { keptDecision, marshall, queuedOrderRow, rejectedRow, shelf } from './rows.ts';
import type { TableNames } from './tables.ts';
import { transact } from './transact.ts';

/**
 * One transaction for a group: the product's units for the sum of the accepted orders, a row for each
 * of them, and for each refused one a row too if it queued, else a check, since an order that exists
 * is not short of anything.
 */
export const placeManyOn =
  (db: Database): Stock['placeMany'] =>
  async (plan) => {
    const { accepted, refused, lane } = plan;
    const { tables } = db;
    const TransactItems = [
      accepted.length > 0 ? takeSum(tables, plan) : keepShortage(tables, plan),
      ...accepted.map((placement) =>
        lane ? putIfAbsent(tables, queuedOrderRow(placement)) : putOrder(tables, placement),
      ),
      ...refused.map((one) =>
        lane ? putIfAbsent(tables, rejectedRow(one)) : checkAbsent(tables, one),
      ),
    ];
    const answer = await transact(db, TransactItems);
    if (answer.kind === 'contended') return answer;
    if (answer.kind === 'done') return { kind: 'carried-out' };
    const [product, ...orders] = answer.reasons;
    const planned = [...accepted, ...refused.map(({ placement }) => placement)];
    const known = planned.flatMap(({ order: { orderId } }, index) => {
      const row = orders[index]?.Item;
      return row === undefined ? [] : [[orderId, keptDecision(row)] as const];
    });
    const row = product?.Item;
    return { kind: 'moved', shelf: row && shelf(row), known: new Map(known) };
  };

const enoughForTheAccepted = 'availableUnits >= :units';
const tooFewForTheRefused = 'availableUnits <= :most';
const decidedNoFurther =
  '(attribute_not_exists(laneOffset) OR lanePartition <> :partition OR laneOffset <= :offset)';

/** The conditions that a plan sets on the product, with the values that they name. */
function conditionOf(plan: GroupPlan) {
  const { version, takenUnits, mostUnits, expiresAt, fence, lane } = plan;
  const conditions = [
    ...(version === undefined ? [] : [pricedAsNow]),
    ...(expiresAt === undefined ? [] : [enoughForTheAccepted, noHoldBeforeTheMark]),
    ...(mostUnits === undefined ? [] : [tooFewForTheRefused]),
    ...(fence === undefined ? [] : [noNewerFence]),
    ...(lane === undefined ? [] : [decidedNoFurther]),
  ];
  const values = {
    ...(version === undefined ? {} : { ':version': version }),
    ...(expiresAt === undefined ? {} : { ':units': takenUnits, ':expiresAt': expiresAt }),
    ...(mostUnits === undefined ? {} : { ':most': mostUnits }),
    ...(fence === undefined ? {} : { ':fence': fence }),
    ...(lane === undefined ? {} : { ':partition': lane.partition, ':offset': lane.offset }),
  };
  return { ConditionExpression: conditions.join(' AND '), values };
}

/** What a plan notes on the product beside the units. */
const notesOf = ({ fence, lane }: GroupPlan): string[] => [
  ...(fence === undefined ? [] : ['fence = :fence']),
  ...(lane === undefined ? [] : ['lanePartition = :partition', 'laneOffset = :offset']),
];

function takeSum({ products }: TableNames, plan: GroupPlan): TransactWriteItem {
  const { ConditionExpression, values } = conditionOf(plan);
  const { sku, holdsExpireFrom } = plan;
  return {
    Update: {
      TableName: products,
      Key: marshall({ sku }),
      UpdateExpression: [take, ...notesOf(plan)].join(', '),
      ConditionExpression,
      ExpressionAttributeValues: marshall({ ...values, ':from': holdsExpireFrom }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}

/**
 * Checks that all are short. Under a fence it writes it: nobody who came with an older one may then
 * sell to those who are refused; and so it does with the lane's place. A check costs as many units as
 * a write.
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
  const notes = notesOf(plan);
  if (notes.length === 0) return { ConditionCheck: check };
  return { Update: { ...check, UpdateExpression: `SET ${notes.join(', ')}` } };
}

const checkAbsent = (
  { orders }: TableNames,
  { placement }: RefusedPlacement,
): TransactWriteItem => ({
  ConditionCheck: {
    TableName: orders,
    Key: marshall({ orderId: placement.order.orderId }),
    ConditionExpression: 'attribute_not_exists(orderId)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});
