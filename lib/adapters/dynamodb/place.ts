import type { CancellationReason, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { markOfHold } from '../../domain/hold.ts';
import { type OrderLine, replyOf } from '../../domain/order.ts';
import {
  type Guard,
  hasMoved,
  type PlaceOutcome,
  type Placement,
  refusalOf,
  retoldOrder,
} from '../../domain/placement.ts';
import type { Stock } from '../../ports/stock.ts';
import type { Database } from './database.ts';
import { keptDecision, marshall, orderRow, type Row, shelf } from './rows.ts';
import type { TableNames } from './tables.ts';
import { transact } from './transact.ts';

/** One transaction: the order, if its id is new, and every line's units. */
export const placeOn =
  (db: Database): Stock['place'] =>
  async (placement, guard) => {
    const TransactItems = [
      putOrder(db.tables, placement),
      ...placement.order.lines.map((line) => takeUnits(db.tables, placement, line, guard)),
    ];
    const answer = await transact(db, TransactItems);
    switch (answer.kind) {
      case 'done':
        return { kind: 'placed', reply: replyOf(placement.order) };
      case 'refused':
        return told(placement, answer.reasons, guard);
      case 'contended':
        return answer;
    }
  };

export const putOrder = (tables: TableNames, placement: Placement): TransactWriteItem =>
  putIfAbsent(tables, orderRow(placement));

export const putIfAbsent = ({ orders }: TableNames, Item: Row): TransactWriteItem => ({
  Put: {
    TableName: orders,
    Item,
    ConditionExpression: 'attribute_not_exists(orderId)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});

export const pricedAsNow = 'catalogueVersion = :version';
const enoughUnits = 'availableUnits >= :units';
export const noHoldBeforeTheMark =
  '(attribute_not_exists(holdsExpireFrom) OR holdsExpireFrom <= :expiresAt)';
export const noNewerFence = '(attribute_not_exists(fence) OR fence <= :fence)';
const unmoved = 'availableUnits = :seen';

/** The first hold on a product marks from when its holds may end; later ones end later. */
export const take =
  'SET availableUnits = availableUnits - :units, ' +
  'holdsExpireFrom = if_not_exists(holdsExpireFrom, :from)';

const takeUnits = (
  { products }: TableNames,
  { order, versions }: Placement,
  { sku, quantity }: OrderLine,
  guard: Guard | undefined,
): TransactWriteItem => {
  const guarded = guard === undefined ? free : guardedBy[guard.kind];
  const law = `${pricedAsNow} AND ${enoughUnits} AND ${noHoldBeforeTheMark}`;
  return {
    Update: {
      TableName: products,
      Key: marshall({ sku }),
      UpdateExpression: `${take}${guarded.update}`,
      ConditionExpression: `${law}${guarded.condition}`,
      ExpressionAttributeValues: marshall({
        ':units': quantity,
        ':version': versions.get(sku),
        ':from': markOfHold(order),
        ':expiresAt': order.expiresAt,
        ...(guard === undefined ? {} : valueOf(guard)),
      }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
};

const free = { update: '', condition: '' };
const fenced = { update: ', fence = :fence', condition: ` AND ${noNewerFence}` };

/** What a guard adds to the update and to its condition. */
const guardedBy: Readonly<Record<Guard['kind'], typeof free>> = {
  fence: fenced,
  lease: { ...fenced, update: `${fenced.update} REMOVE leaseOwner, leaseUntilMs` },
  unmoved: { update: '', condition: ` AND ${unmoved}` },
};

const valueOf = (guard: Guard) =>
  guard.kind === 'unmoved' ? { ':seen': guard.availableUnits } : { ':fence': guard.fence };

/**
 * Reads the reasons in the order in which the items were written: the order, then its lines.
 * The order comes first, because a replay finds both its own row and empty shelves.
 */
function told(
  placement: Placement,
  [own, ...lines]: readonly CancellationReason[],
  guard: Guard | undefined,
): PlaceOutcome {
  if (own?.Item !== undefined) return retoldOrder(keptDecision(own.Item), placement, 'placed');
  const met = placement.order.lines.flatMap((line, index) => {
    const reason = lines[index];
    if (reason?.Code !== 'ConditionalCheckFailed') return [];
    return [{ line, shelf: reason.Item === undefined ? undefined : shelf(reason.Item) }];
  });
  const refusal = refusalOf(placement, met, guard);
  if (refusal === undefined && met.some(({ shelf }) => hasMoved(shelf, guard))) {
    return { kind: 'contended' };
  }
  if (refusal === undefined) throw new Error('a placement was refused without a reason');
  return refusal;
}
