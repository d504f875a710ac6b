import { QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { holdKeysOf } from '../../domain/hold.ts';
import type { OrderId } from '../../domain/ids.ts';
import type { HeldOrder } from '../../domain/order.ts';
import type { Orders, RejectedOrder, StoredOrder } from '../../ports/orders.ts';
import type { Database } from './database.ts';
import { read, readAll, readOne } from './read.ts';
import { marshall, type Row, storedDecision, storedOrder } from './rows.ts';
import { holdsIndex } from './tables.ts';

/** One page of a shard of the index `holds`; also the bound of one BatchGetItem. */
const PAGE = 100;

export const ordersOn = (db: Database): Orders => ({
  find: async (orderId) => {
    const found = await decisionOn(db, orderId);
    return found?.order === undefined ? undefined : found;
  },

  decision: (orderId) => decisionOn(db, orderId),

  expiredHolds: async (skus, nowMs) => {
    const now = new Date(nowMs).toISOString();
    const shards = await Promise.all(holdKeysOf(skus).map((key) => firstHolds(db, key)));
    const holds = shards.flat();
    const expired = holds.filter(({ expiresAt }) => expiresAt <= now);
    const pending = holds.filter(({ expiresAt }) => expiresAt > now);
    const orders = await stillHeld(db, expired, now);
    // A full page of expired holds may have more behind it.
    const complete = shards.every(
      (shard) => shard.length < PAGE || (shard.at(-1)?.expiresAt ?? '') > now,
    );
    const wanted = orders.filter(({ lines }) => lines.some(({ sku }) => skus.includes(sku)));
    const inTheWay = complete ? [] : orders.filter((order) => !wanted.includes(order));
    const nextExpiresAt = pending
      .map(({ expiresAt }) => expiresAt)
      .sort()
      .at(0);
    return {
      orders: [...wanted, ...inTheWay],
      complete,
      ...(nextExpiresAt === undefined ? {} : { nextExpiresAt }),
    };
  },

  noteHoldsFrom: async (sku, from, to) => {
    // Neither a lost condition nor a conflict matters: the mark stays where another put it.
    await db.attempt((client) =>
      client.send(
        new UpdateItemCommand({
          TableName: db.tables.products,
          Key: marshall({ sku }),
          UpdateExpression: 'SET holdsExpireFrom = :to',
          ConditionExpression: 'holdsExpireFrom = :from',
          ExpressionAttributeValues: marshall({ ':from': from, ':to': to }),
        }),
      ),
    );
  },
});

async function decisionOn(
  db: Database,
  orderId: OrderId,
): Promise<StoredOrder | RejectedOrder | undefined> {
  const row = await readOne(db, db.tables.orders, marshall({ orderId }));
  return row && storedDecision(row);
}

interface Hold {
  readonly orderId: OrderId;
  readonly expiresAt: string;
}

/** The holds of one shard that end first, expired or not. */
async function firstHolds(db: Database, holdKey: string): Promise<Hold[]> {
  const { Items = [] } = await read(db, (client) =>
    client.send(
      new QueryCommand({
        TableName: db.tables.orders,
        IndexName: holdsIndex,
        KeyConditionExpression: 'holdKey = :key',
        ExpressionAttributeValues: marshall({ ':key': holdKey }),
        Limit: PAGE,
      }),
    ),
  );
  return Items.map((item) => unmarshall(item) as Hold);
}

/** Reads the orders themselves: the index holds no quantities and may lag behind. */
async function stillHeld(db: Database, holds: readonly Hold[], now: string): Promise<HeldOrder[]> {
  const rows: Row[] = [];
  for (let start = 0; start < holds.length; start += PAGE) {
    const ids = holds.slice(start, start + PAGE).map(({ orderId }) => marshall({ orderId }));
    rows.push(...(await readAll(db, db.tables.orders, ids)));
  }
  return rows
    .map((row) => storedOrder(row).order)
    .filter(({ status, expiresAt }) => status === 'PENDING_PAYMENT' && expiresAt <= now)
    .sort((a, b) => (a.expiresAt < b.expiresAt ? -1 : 1));
}
