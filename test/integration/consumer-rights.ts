import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { orderInImage } from '../../lib/adapters/dynamodb/order-history.ts';
import { orderIdOf } from '../../lib/domain/ids.ts';
import type { Sku, UserId } from '../../lib/domain/ids.ts';
import type { Patience } from '../../lib/domain/patience.ts';
import type { ConsumedRecord } from '../../lib/messaging/consumed-record.ts';
import { deadLetterIdOf } from '../../lib/messaging/dead-letter-id.ts';
import { clearRecords } from '../../lib/messaging/clear-records.ts';
import { relayOrderChanges } from '../../lib/messaging/relay-order-changes.ts';
import { settleRecords } from '../../lib/messaging/settle-records.ts';
import { tallyRecords } from '../../lib/messaging/tally-records.ts';
import type { Sales } from '../../lib/ports/sales.ts';
import { placeGroupOn } from '../../lib/strategies/place-group.ts';
import { findTicket } from '../../lib/usecases/find-ticket.ts';
import { findTopProducts } from '../../lib/usecases/find-top-products.ts';
import { replayDeadLetter } from '../../lib/usecases/replay-dead-letter.ts';
import { freshToken, type Ports } from '../contract/bench-shop.ts';
import { laneContract } from '../contract/lane-contract.ts';
import { salesContract } from '../contract/sales-contract.ts';
import type { NotedShop, UsedActions } from './used-actions.ts';

/** A tombstone, which no consumer can read. */
const tombstone: ConsumedRecord = { topic: 'any', partition: 0, offset: 0, headers: [] };

const unreadable: DynamoDBRecord = {
  eventSourceARN: 'arn:orders',
  dynamodb: {
    ...{ Keys: { orderId: { S: 'x' } }, SequenceNumber: '1' },
    NewImage: marshall({ orderId: 'x', status: 'PENDING_PAYMENT', reply: '{' }),
  } as NonNullable<DynamoDBRecord['dynamodb']>,
};

const published = async (records: readonly unknown[]) =>
  records.map((_, offset) => ({ partition: 0, offset }));

/** A batch of poison for each consumer, by its name. */
const poisoned: Readonly<Record<string, (ports: Ports, patience: Patience) => Promise<unknown>>> = {
  settleOrders: (ports, patience) => {
    const placeGroup = placeGroupOn(ports.stock);
    return settleRecords({ ...ports, placeGroup, reservationMs: 1_000 }, [tombstone], patience);
  },
  clearCarts: (ports, patience) => clearRecords(ports, [tombstone], patience),
  tallySales: (ports, patience) => tallyRecords(ports, [tombstone], patience),
  relayEvents: ({ deadLetters }, patience) => {
    const events = { publish: async () => undefined };
    const deps = { deadLetters, orderInImage, events, topic: 'order-events' };
    return relayOrderChanges(deps, [unreadable], patience);
  },
};

/** The functions whose rights `useConsumers` makes use of, all of them. */
export const consumersUsed = Object.keys(poisoned);

/** Does what consumers do, and what is done with what they leave: the name of each stands beside it. */
export async function useConsumers(newShop: () => NotedShop, used: UsedActions): Promise<void> {
  for (const { run } of laneContract) await run(newShop());

  const shop = newShop();
  const { ports } = shop;
  const sales: Sales = {
    count: (plan) => used.during('tallySales', () => ports.sales.count(plan)),
    paidUnits: (days) => used.during('getTopProducts', () => ports.sales.paidUnits(days)),
  };
  for (const { run } of salesContract) await run(sales);
  // When the contract's sales were.
  shop.nowMs = Date.parse('2026-03-10T12:00:00Z');
  await used.during('getTopProducts', async () => {
    await findTopProducts(ports, { days: 3, limit: 1 }, shop.patience());
    await findTopProducts(ports, { days: 3, limit: 5 }, shop.patience());
  });

  // One cart is read otherwise than several.
  const [ann, bob] = ['ann' as UserId, 'bob' as UserId];
  const shoe = 'shoe' as Sku;
  await ports.carts.put(ann, { sku: shoe, quantity: 1, putAtMs: 1 });
  await used.during('clearCarts', async () => {
    for (const users of [[ann], [ann, bob]]) await ports.carts.find(users);
    await ports.carts.remove(ann, new Map([[shoe, 1]]));
  });

  for (const [name, take] of Object.entries(poisoned)) {
    await used.during(name, () => take(ports, shop.patience()));
  }
  const publisher = { publish: (_: string, records: readonly unknown[]) => published(records) };
  await used.during('replayDeadLetter', () =>
    replayDeadLetter({ ...ports, publisher }, deadLetterIdOf(tombstone), shop.patience()),
  );

  const userId = ann;
  const sku = await shop.stocked('a', 1);
  const place = { partition: 0, offset: 1 };
  const ticket = { orderId: orderIdOf(freshToken()), userId, fingerprint: 'f', sku, place };
  await used.during('getTicket', () => findTicket(ports, { ticket, userId }, shop.patience()));
}
