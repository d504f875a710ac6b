import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Cart, type CartItem, cartOf, type Cut } from '../../domain/cart.ts';
import type { Sku, UserId } from '../../domain/ids.ts';
import { CART_ITEMS_MAX } from '../../domain/limits.ts';
import type { Carts, PutOutcome } from '../../ports/carts.ts';
import type { Database } from './database.ts';
import { readAll, readOne } from './read.ts';
import { marshall, type Row } from './rows.ts';

/**
 * A cart is one row, so that its limit and a whole order are one conditional update, and no transaction.
 * Two maps, since an update that sets an item whole can't keep a part of it.
 */
interface CartRow {
  readonly userId: UserId;
  readonly items: Readonly<Record<string, Pick<CartItem, 'quantity' | 'putAtMs'>>>;
  readonly addedAtMs: Readonly<Record<string, number>>;
}

/** Behind a sign: `__proto__` is a good SKU, and no name for a member of an object. */
const memberOf = (sku: Sku): string => `.${sku}`;
const skuIn = (member: string) => member.slice(1) as Sku;

export const cartsOn = (db: Database): Carts => ({
  find: async (userIds) => {
    const keys = userIds.map((userId) => marshall({ userId }));
    const [only, ...more] = keys;
    if (only === undefined) return new Map();
    const { carts } = db.tables;
    const rows =
      more.length === 0
        ? [(await readOne(db, carts, only)) ?? []].flat()
        : await readAll(db, carts, keys);
    return new Map(rows.map((row) => [(unmarshall(row) as CartRow).userId, cartIn(row)]));
  },

  put: async (userId, item) => {
    const answer = await db.attempt((client) => client.send(update(db, userId, item)));
    if (answer.kind === 'contended') return answer;
    if (answer.kind === 'done') return { kind: 'put' };
    const row = answer.reasons[0]?.Item;
    if (row === undefined) return begin(db, userId, item);
    const found = cartIn(row).find(({ sku }) => sku === item.sku);
    return found === undefined ? { kind: 'full' } : { kind: 'overtaken', putAtMs: found.putAtMs };
  },

  remove: async (userId, cut) => {
    const answer = await db.attempt((client) => client.send(removal(db, userId, cut)));
    if (answer.kind === 'contended') return answer;
    if (answer.kind === 'done') return { kind: 'removed' };
    const row = answer.reasons[0]?.Item;
    return { kind: 'moved', cart: row === undefined ? [] : cartIn(row) };
  },
});

/** What a change within a map made of the row, for the meter: it costs nothing. */
const WHOLE = 'ALL_NEW';

type NewItem = Parameters<Carts['put']>[1];

const notChosenSince = '#items.#sku.putAtMs <= :at';
const hasRoom = 'attribute_not_exists(#items.#sku) AND size(#items) < :max';

/** Refused for a user without a cart too: there is no map yet that an item could be set in. */
const update = ({ tables }: Database, userId: UserId, { sku, quantity, putAtMs }: NewItem) =>
  new UpdateItemCommand({
    TableName: tables.carts,
    Key: marshall({ userId }),
    UpdateExpression:
      'SET #items.#sku = :item, addedAtMs.#sku = if_not_exists(addedAtMs.#sku, :at)',
    ConditionExpression: `${notChosenSince} OR (${hasRoom})`,
    ExpressionAttributeNames: { '#items': 'items', '#sku': memberOf(sku) },
    ExpressionAttributeValues: marshall({
      ':item': { quantity, putAtMs },
      ':at': putAtMs,
      ':max': CART_ITEMS_MAX,
    }),
    ReturnValues: WHOLE,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });

function removal({ tables }: Database, userId: UserId, cut: Cut): UpdateItemCommand {
  const gone = [...cut].map(([sku, untilMs], i) => ({
    sku,
    untilMs,
    name: `#s${i}`,
    at: `:u${i}`,
  }));
  const paths = gone.map(({ name }) => `#items.${name}, addedAtMs.${name}`);
  const notChosenLater = gone.map(({ name, at }) => `#items.${name}.putAtMs <= ${at}`);
  return new UpdateItemCommand({
    TableName: tables.carts,
    Key: marshall({ userId }),
    UpdateExpression: `REMOVE ${paths.join(', ')}`,
    ConditionExpression: notChosenLater.join(' AND '),
    ExpressionAttributeNames: {
      '#items': 'items',
      ...Object.fromEntries(gone.map(({ name, sku }) => [name, memberOf(sku)])),
    },
    ExpressionAttributeValues: marshall(
      Object.fromEntries(gone.map(({ at, untilMs }) => [at, untilMs])),
    ),
    ReturnValues: WHOLE,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
}

/** A user's first item. The row stays from then on, empty or not. */
async function begin(
  { attempt, tables }: Database,
  userId: UserId,
  { sku, quantity, putAtMs }: NewItem,
): Promise<PutOutcome> {
  const row: CartRow = {
    userId,
    items: { [memberOf(sku)]: { quantity, putAtMs } },
    addedAtMs: { [memberOf(sku)]: putAtMs },
  };
  const command = new PutItemCommand({
    TableName: tables.carts,
    Item: marshall(row),
    ConditionExpression: 'attribute_not_exists(userId)',
  });
  const answer = await attempt((client) => client.send(command));
  // Another first item came before.
  return answer.kind === 'done' ? { kind: 'put' } : { kind: 'contended' };
}

function cartIn(row: Row): Cart {
  const { items, addedAtMs } = unmarshall(row) as CartRow;
  return cartOf(
    Object.entries(items).map(([member, { quantity, putAtMs }]) => ({
      ...{ sku: skuIn(member), quantity, putAtMs },
      addedAtMs: addedAtMs[member] ?? putAtMs,
    })),
  );
}
