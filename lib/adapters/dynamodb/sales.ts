import { QueryCommand, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { OrderId, Sku } from '../../domain/ids.ts';
import type { SaleMark, SalePhase, SalesPlan } from '../../domain/sale.ts';
import type { Sales } from '../../ports/sales.ts';
import type { Database } from './database.ts';
import { read } from './read.ts';
import { marshall, type Row } from './rows.ts';
import type { TableNames } from './tables.ts';
import { transact } from './transact.ts';

/**
 * Two kinds of items under one key. A counter stands on the page of its day, under its SKU; the phase
 * of a sale stands on a page of its own, the order's id, under this word.
 */
const SALE = 'sale';

/** Longer than an event can still count, so that what counts is always known again. */
const KEPT_SECONDS = 40 * 86_400;

export const salesOn = (db: Database): Sales => ({
  count: async ({ marks, counters }) => {
    const answer = await transact(db, [
      ...marks.map((mark) => move(db.tables, mark)),
      ...counters.map((counter) => add(db.tables, counter)),
    ]);
    if (answer.kind === 'contended') return answer;
    if (answer.kind === 'done') return { kind: 'counted' };
    const known = marks.flatMap(({ orderId }, index): [OrderId, SalePhase | 'none'][] => {
      const reason = answer.reasons[index];
      if (reason?.Code !== 'ConditionalCheckFailed') return [];
      const { phase } = unmarshall(reason.Item ?? {}) as { readonly phase?: SalePhase };
      return [[orderId, phase ?? 'none']];
    });
    return { kind: 'moved', known: new Map(known) };
  },

  paidUnits: async (days) => {
    const pages = await Promise.all(days.map((day) => countersOf(db, day)));
    const sums = new Map<Sku, number>();
    for (const { entry, paidUnits } of pages.flat()) {
      sums.set(entry, (sums.get(entry) ?? 0) + paidUnits);
    }
    return sums;
  },
});

const notMetYet = 'attribute_not_exists(page)';
const stillInPhase = 'phase = :from';

const move = ({ sales }: TableNames, { orderId, day, from, to }: SaleMark): TransactWriteItem => ({
  Put: {
    TableName: sales,
    Item: marshall({ page: orderId, entry: SALE, phase: to, expireAtSeconds: endOf(day) }),
    ...(from === 'none'
      ? { ConditionExpression: notMetYet }
      : {
          ConditionExpression: stillInPhase,
          ExpressionAttributeValues: marshall({ ':from': from }),
        }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});

/** Not idempotent by itself: the marks of the same transaction make it so. */
const add = (
  { sales }: TableNames,
  { day, sku, units }: SalesPlan['counters'][number],
): TransactWriteItem => ({
  Update: {
    TableName: sales,
    Key: marshall({ page: day, entry: sku }),
    UpdateExpression: 'SET expireAtSeconds = :end ADD paidUnits :units',
    ExpressionAttributeValues: marshall({ ':end': endOf(day), ':units': units }),
  },
});

const endOf = (day: string): number => Date.parse(day) / 1000 + KEPT_SECONDS;

interface Counter {
  readonly entry: Sku;
  readonly paidUnits: number;
}

async function countersOf(db: Database, day: string): Promise<Counter[]> {
  const counters: Counter[] = [];
  let after: Row | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await read(db, (client) =>
      client.send(
        new QueryCommand({
          TableName: db.tables.sales,
          KeyConditionExpression: 'page = :day',
          ProjectionExpression: 'entry, paidUnits',
          ExpressionAttributeValues: marshall({ ':day': day }),
          ...(after === undefined ? {} : { ExclusiveStartKey: after }),
        }),
      ),
    );
    counters.push(...Items.map((row) => unmarshall(row) as Counter));
    after = LastEvaluatedKey;
  } while (after !== undefined);
  return counters;
}
