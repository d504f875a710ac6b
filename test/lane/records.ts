import {
  orderIdOf,
  type KeyToken,
  type RequestId,
  type Sku,
  type UserId,
} from '../../lib/domain/ids.ts';
import type { QueuedOrder } from '../../lib/domain/lane.ts';
import type { ConsumedRecord } from '../../lib/messaging/consumed-record.ts';
import { encodeOrder } from '../../lib/messaging/order-record.ts';
import type { Random } from '../simulation/random.ts';

/** A record as a door would publish it, or as somebody would who has no business there. */
export interface Written {
  readonly key?: string;
  readonly value?: string;
  /** The order in it; none in poison. */
  readonly order?: QueuedOrder;
  readonly what: 'fresh' | 'duplicate' | 'other request' | 'poison';
}

const PARTITIONS = 2;
export const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
export const partitionOf = (sku: string): number => (sku.codePointAt(0) ?? 0) % PARTITIONS;

/** Draws what is published, in its order; a fifth are duplicates, of which some ask for another thing. */
export function drawWritten(random: Random, skus: readonly Sku[]): Written[] {
  const written: Written[] = [];
  const orders: QueuedOrder[] = [];
  const crowd = random.pick([8, 20, 40, 40, 260]);
  for (let n = 0; n < crowd; n += 1) {
    const dice = random.next();
    const earlier = orders.length > 0 ? random.pick(orders) : undefined;
    if (dice < 0.2 && earlier !== undefined) {
      written.push(dice < 0.05 ? otherRequest(earlier, n) : duplicateOf(earlier, n, random));
    } else if (dice < 0.24) {
      written.push(poisonFrom(random, skus, n));
    } else {
      // A large crowd comes for one product.
      const sku = crowd > 100 ? skus[0] : random.pick(skus);
      const order = orderOf(n, sku as Sku, random.pick([1, 1, 1, 2, 3, 7]));
      orders.push(order);
      written.push(recordOf(order, 'fresh'));
    }
  }
  return written;
}

const recordOf = (order: QueuedOrder, what: Written['what']): Written => ({
  key: order.line.sku,
  value: encodeOrder(order),
  order,
  what,
});

function orderOf(n: number, sku: Sku, quantity: number): QueuedOrder {
  const token = `${String(n).replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)))}q`;
  return {
    orderId: orderIdOf(token.padEnd(26, 'q') as KeyToken),
    userId: `user-${n % 5}` as UserId,
    requestId: `r${n}` as RequestId,
    fingerprint: `f${quantity}`,
    currency: 'KRW',
    line: { sku, name: sku, quantity, unitPriceMinor: 100 },
  };
}

/** The same record once more, or the same request sent again. */
const duplicateOf = (order: QueuedOrder, n: number, random: Random): Written =>
  recordOf(random.chance(0.5) ? order : { ...order, requestId: `r${n}` as RequestId }, 'duplicate');

/** Under the same key, and for the same product, as its partition is. */
const otherRequest = ({ line, ...order }: QueuedOrder, n: number): Written =>
  recordOf(
    {
      ...order,
      requestId: `r${n}` as RequestId,
      fingerprint: `other-${n}`,
      line: { ...line, quantity: line.quantity === 1 ? 2 : 1 },
    },
    'other request',
  );

function poisonFrom(random: Random, skus: readonly Sku[], n: number): Written {
  const good = orderOf(n, random.pick(skus), 1);
  const withoutUser = { ...good, userId: undefined };
  const bent = (line: object) =>
    JSON.stringify({ ...good, version: 1, line: { ...good.line, ...line } });
  return random.pick<Written>([
    { what: 'poison', key: good.line.sku },
    { what: 'poison', key: good.line.sku, value: 'no JSON' },
    { what: 'poison', key: good.line.sku, value: JSON.stringify({ ...good, version: 2 }) },
    { what: 'poison', key: good.line.sku, value: bent({ quantity: -1 }) },
    { what: 'poison', key: good.line.sku, value: bent({ quantity: 1_000_000_000 }) },
    { what: 'poison', key: good.line.sku, value: JSON.stringify({ ...withoutUser, version: 1 }) },
    { what: 'poison', key: 'nowhere', value: encodeOrder(orderOf(n, 'nowhere' as Sku, 1)) },
  ]);
}

/** The record as it comes out again. */
export const consumedRecord = (
  { key, value }: Written,
  partition: number,
  offset: number,
): ConsumedRecord => ({
  ...{ topic: 'orders', partition, offset, headers: [] },
  ...(key === undefined ? {} : { key: Buffer.from(key) }),
  ...(value === undefined ? {} : { value: Buffer.from(value) }),
});
