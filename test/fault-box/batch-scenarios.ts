import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { orderInImage } from '../../lib/adapters/dynamodb/order-history.ts';
import type { DeadLetterId, OrderId, PaymentId, RequestId, UserId } from '../../lib/domain/ids.ts';
import type { QueuedOrder } from '../../lib/domain/lane.ts';
import type { Order } from '../../lib/domain/order.ts';
import type { OrderEvent, StepEvent } from '../../lib/domain/order-event.ts';
import type { Poison } from '../../lib/domain/poison.ts';
import type { Offer } from '../../lib/domain/product.ts';
import type { Shortage } from '../../lib/domain/stock.ts';
import { consumerOf } from '../../lib/messaging/consume.ts';
import type { ConsumedRecord } from '../../lib/messaging/consumed-record.ts';
import { changeLetterIdOf, deadLetterIdOf } from '../../lib/messaging/dead-letter-id.ts';
import { encodeEvent } from '../../lib/messaging/order-event-record.ts';
import { encodeOrder } from '../../lib/messaging/order-record.ts';
import { relayOrderChanges } from '../../lib/messaging/relay-order-changes.ts';
import { relayOf } from '../../lib/messaging/relay.ts';
import { settleRecords } from '../../lib/messaging/settle-records.ts';
import { tallyRecords } from '../../lib/messaging/tally-records.ts';
import { placeGroupOn } from '../../lib/strategies/place-group.ts';
import { type BatchBench, fromKafka, fromStream, type Row, type Sight } from './batch-bench.ts';
import type { BatchScenario, BatchStage, Due } from './batch-law.ts';
import { freshOrderId, RESERVATION_MS, type Watched } from './bench.ts';

type Reason = Poison['reason'];

/** The letters that a batch is to leave: these, each once, and no others. */
class Letters {
  readonly #bench: BatchBench;
  readonly #reasons = new Map<DeadLetterId, Reason>();

  constructor(bench: BatchBench) {
    this.#bench = bench;
  }

  /** What is due to a record that is poison for this reason. */
  expect(deadLetterId: DeadLetterId, reason: Reason): Due {
    this.#reasons.set(deadLetterId, reason);
    return (sight) => (letterIn(sight, deadLetterId) ? undefined : 'its letter is not kept');
  }

  get watched(): Watched[] {
    const ids = [...this.#reasons.keys()];
    return ids.map((deadLetterId) => ({ table: 'deadLetters', key: { deadLetterId } }));
  }

  hold(sight: Sight): void {
    for (const [id, reason] of this.#reasons) {
      assert.equal(letterIn(sight, id)?.['reason'], reason, 'why it was given up');
    }
    const written = this.#bench.box.log.flatMap(({ operation, input }) =>
      operation === 'PutItem' && 'Item' in input
        ? [(input.Item as Record<string, { S?: string }>)['deadLetterId']?.S]
        : [],
    );
    const unknown = written.filter((id) => !this.#reasons.has(id as DeadLetterId));
    assert.deepEqual(unknown, [], 'a letter of a record that is none');
  }
}

const letterIn = (sight: Sight, id: DeadLetterId): Row | undefined => sight[`deadLetters ${id}`];

/** Records on a topic of the case's own. */
class Topic {
  readonly records: ConsumedRecord[] = [];
  readonly dues: Due[] = [];
  readonly letters: Letters;
  readonly #name = `t-${randomUUID()}`;

  constructor(bench: BatchBench) {
    this.letters = new Letters(bench);
  }

  add(record: Content, due: Due): void {
    this.records.push(this.#recordOf(record));
    this.dues.push(due);
  }

  poison(record: Content, reason: Reason): void {
    this.add(record, this.letters.expect(deadLetterIdOf(this.#recordOf(record)), reason));
  }

  #recordOf({ key, value, partition = 0 }: Content): ConsumedRecord {
    const offset = 100 + this.records.filter((one) => one.partition === partition).length;
    return {
      ...{ topic: this.#name, partition, offset, headers: [] },
      ...(key === undefined ? {} : { key: Buffer.from(key) }),
      ...(value === undefined ? {} : { value: Buffer.from(value) }),
    };
  }
}

interface Content {
  readonly key?: string;
  readonly value?: string;
  readonly partition?: number;
}

type Decision = 'placed' | 'rejected';

/** Orders that queue, with what each must come to, and the units that must be left. */
class Queue {
  readonly topic: Topic;
  readonly #bench: BatchBench;
  readonly #decisions = new Map<OrderId, { order: QueuedOrder; decision: Decision }>();
  readonly #left: { offer: Offer; units: number }[] = [];
  readonly #released: OrderId[] = [];

  constructor(bench: BatchBench) {
    this.#bench = bench;
    this.topic = new Topic(bench);
  }

  order(offer: Offer, quantity: number, decision: Decision, partition = 0): QueuedOrder {
    const { sku, name, priceMinor } = offer;
    const order: QueuedOrder = {
      orderId: freshOrderId(),
      ...{ userId: 'ann' as UserId, requestId: randomUUID() as RequestId, fingerprint: 'f' },
      ...{ line: { sku, name, quantity, unitPriceMinor: priceMinor }, currency: 'KRW' },
    };
    this.#decisions.set(order.orderId, { order, decision });
    this.add(order, partition);
    return order;
  }

  /** The record once more, or another with the same id. */
  add(order: QueuedOrder, partition = 0): void {
    const { orderId, line } = order;
    const record = { key: line.sku, value: encodeOrder(order), partition };
    this.topic.add(record, (sight) =>
      sight[`orders ${orderId}`] === undefined ? 'its order is not decided' : undefined,
    );
  }

  leaves(offer: Offer, units: number): void {
    this.#left.push({ offer, units });
  }

  releases(...orderIds: OrderId[]): void {
    this.#released.push(...orderIds);
  }

  stage(): BatchStage {
    const { records, dues, letters } = this.topic;
    return {
      dues,
      owners: this.#bench.owners((store, edge) => {
        const placeGroup = placeGroupOn(store.stock);
        const deps = { ...store, placeGroup, reservationMs: RESERVATION_MS };
        const consumer = consumerOf(edge, 'settle-orders', (some, patience) =>
          settleRecords(deps, some, patience),
        );
        return fromKafka(consumer, records);
      }),
      look: async () =>
        withoutMarks(await this.#bench.look([...this.#watched, ...letters.watched])),
      holds: (sight) => {
        letters.hold(sight);
        this.#holds(sight);
      },
      later: async () => {
        for (const { offer } of this.#left) await this.#bench.restock(offer.sku, 50);
      },
    };
  }

  #holds(sight: Sight): void {
    for (const { order, decision } of this.#decisions.values()) {
      const { orderId, requestId, line } = order;
      const row = sight[`orders ${orderId}`];
      assert.equal(row?.['status'] === 'REJECTED' ? 'rejected' : 'placed', decision, orderId);
      assert.equal(row?.['requestId'], requestId, 'who made the effect');
      if (decision === 'placed') {
        assert.deepEqual((JSON.parse(String(row['reply'])) as Order).lines, [line]);
        assert.equal(row['status'], 'PENDING_PAYMENT');
      } else {
        const [shortage] = row['shortages'] as Shortage[];
        assert.equal(shortage?.requestedUnits, line.quantity);
      }
    }
    for (const orderId of this.#released) {
      assert.equal(sight[`orders ${orderId}`]?.['status'], 'EXPIRED', 'an order that was over');
    }
    for (const { offer, units } of this.#left) {
      assert.equal(sight[`products ${offer.sku}`]?.['availableUnits'], units, 'the units left');
    }
  }

  get #watched(): Watched[] {
    const ids = [...this.#decisions.keys(), ...this.#released];
    return [
      ...ids.map((orderId): Watched => ({ table: 'orders', key: { orderId } })),
      ...this.#left.map(({ offer: { sku } }): Watched => ({ table: 'products', key: { sku } })),
    ];
  }
}

/** The marks of holds only spare a search. */
const withoutMarks = (sight: Sight): Sight =>
  Object.fromEntries(
    Object.entries(sight).map(([name, row]) => [name, { ...row, holdsExpireFrom: undefined }]),
  );

const queues: readonly BatchScenario[] = [
  {
    name: 'orders for more than there is, some of them twice, and poison among them',
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 6);
      const queue = new Queue(bench);
      queue.topic.poison({ key: shoe.sku, value: 'no JSON' }, 'not-json');
      const first = queue.order(shoe, 2, 'placed');
      queue.add(first);
      queue.order(shoe, 3, 'placed');
      const short = queue.order(shoe, 2, 'rejected');
      queue.topic.poison({ key: shoe.sku }, 'tombstone');
      // The same request, sent again; and another one under its key.
      queue.add({ ...short, requestId: randomUUID() as RequestId });
      const line = { ...first.line, quantity: 1 };
      queue.add({ ...first, requestId: 'other' as RequestId, fingerprint: 'other', line });
      queue.order(shoe, 1, 'placed');
      queue.order(shoe, 1, 'rejected');
      queue.topic.poison({ key: 'x', value: encodeOrder(first) }, 'invalid');
      queue.leaves(shoe, 0);
      return queue.stage();
    },
  },
  {
    name: 'orders that need the units of expired ones',
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 6);
      const queue = new Queue(bench);
      queue.releases(await bench.overdue(shoe, 3, 120_000), await bench.overdue(shoe, 1, 60_000));
      queue.order(shoe, 5, 'placed');
      queue.order(shoe, 2, 'rejected');
      queue.order(shoe, 1, 'placed');
      queue.leaves(shoe, 0);
      return queue.stage();
    },
  },
  {
    name: 'orders whose holds would end before the mark',
    stage: async (bench) => {
      const holdsExpireFrom = new Date(bench.nowMs + 2 * RESERVATION_MS).toISOString();
      const shoe = await bench.stocked('shoe', 3, { holdsExpireFrom });
      const queue = new Queue(bench);
      queue.order(shoe, 2, 'placed');
      queue.order(shoe, 2, 'rejected');
      queue.order(shoe, 1, 'placed');
      queue.leaves(shoe, 0);
      return queue.stage();
    },
  },
  {
    name: 'orders for three products in two partitions, one of them unknown',
    stage: async (bench) => {
      const [shoe, sock] = [await bench.stocked('shoe', 2), await bench.stocked('sock', 9)];
      const queue = new Queue(bench);
      const first = queue.order(shoe, 1, 'placed');
      queue.order(sock, 4, 'placed', 1);
      const sku = `none-${randomUUID()}` as Offer['sku'];
      const lost = { ...first, orderId: freshOrderId(), line: { ...first.line, sku } };
      queue.topic.poison({ key: sku, value: encodeOrder(lost) }, 'unknown-sku');
      queue.order(shoe, 2, 'rejected');
      queue.topic.poison(
        { key: sock.sku, value: '{"version":2}', partition: 1 },
        'unknown-version',
      );
      queue.order(sock, 5, 'placed', 1);
      queue.order(shoe, 1, 'placed');
      queue.order(sock, 1, 'rejected', 1);
      queue.leaves(shoe, 0);
      queue.leaves(sock, 0);
      return queue.stage();
    },
  },
  {
    name: 'more orders than one transaction takes',
    costly: true,
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 101);
      const queue = new Queue(bench);
      for (let n = 0; n < 101; n += 1) queue.order(shoe, 1, 'placed');
      for (let n = 0; n < 2; n += 1) queue.order(shoe, 1, 'rejected');
      queue.leaves(shoe, 0);
      return queue.stage();
    },
  },
];

const DAY = '2026-01-01';

/** Events of orders, and the paid units that they must come to. */
class Telling {
  readonly topic: Topic;
  readonly #bench: BatchBench;
  readonly #marks = new Set<OrderId>();
  readonly #sold: { offer: Offer; units: number }[] = [];

  constructor(bench: BatchBench) {
    this.#bench = bench;
    this.topic = new Topic(bench);
  }

  /** A paid order's payment or end; in the store it then has at least this phase. */
  paid(offer: Offer, quantity: number, orderId = freshOrderId()): OrderId {
    this.#add(offer, quantity, orderId, { type: 'order.paid', status: 'PAID' });
    return orderId;
  }

  ended(offer: Offer, quantity: number, orderId = freshOrderId()): OrderId {
    this.#add(offer, quantity, orderId, { type: 'order.cancelled', status: 'CANCELLED' });
    return orderId;
  }

  /** One that was counted before. */
  async counted(offer: Offer, quantity: number): Promise<OrderId> {
    const orderId = freshOrderId();
    await this.#bench.store.sales.count({
      marks: [{ orderId, day: DAY, from: 'none', to: 'counted' }],
      counters: [{ day: DAY, sku: offer.sku, units: quantity }],
    });
    return orderId;
  }

  comesTo(offer: Offer, units: number): void {
    this.#sold.push({ offer, units });
  }

  #add(
    { sku, name, priceMinor }: Offer,
    quantity: number,
    orderId: OrderId,
    step: Pick<StepEvent, 'type' | 'status'>,
  ): void {
    this.#marks.add(orderId);
    const at = `${DAY}T10:00:00.000Z`;
    const event: OrderEvent = {
      ...{ eventId: `${orderId}:${step.status}`, orderId, ...step, at, userId: 'ann' as UserId },
      lines: [{ sku, name, quantity, unitPriceMinor: priceMinor }],
      ...{ totalMinor: quantity * priceMinor, currency: 'KRW', createdAt: at, expiresAt: at },
      ...{ paidAt: at, paymentId: `pay_${'a'.repeat(26)}` as PaymentId },
    };
    const phases = step.type === 'order.paid' ? ['counted', 'ended'] : ['ended'];
    this.topic.add({ key: orderId, value: encodeEvent(event) }, (sight) => {
      const phase = String(sight[`sales ${orderId} sale`]?.['phase']);
      return phases.includes(phase) ? undefined : `its sale is ${phase}`;
    });
  }

  stage(): BatchStage {
    const { records, dues, letters } = this.topic;
    return {
      dues,
      owners: this.#bench.owners((store, edge) => {
        const consumer = consumerOf(edge, 'tally-sales', (some, patience) =>
          tallyRecords(store, some, patience),
        );
        return fromKafka(consumer, records);
      }),
      look: () => this.#bench.look([...this.#watched, ...letters.watched]),
      holds: (sight) => {
        letters.hold(sight);
        for (const { offer, units } of this.#sold) {
          assert.equal(sight[`sales ${DAY} ${offer.sku}`]?.['paidUnits'], units, 'units paid');
        }
      },
    };
  }

  get #watched(): Watched[] {
    const pages = [
      ...[...this.#marks].map((page) => ({ page, entry: 'sale' })),
      ...this.#sold.map(({ offer: { sku } }) => ({ page: DAY, entry: sku })),
    ];
    return pages.map((key) => ({ table: 'sales', key }));
  }
}

const tellings: readonly BatchScenario[] = [
  {
    name: 'payments that nobody has counted, one of them told twice, and poison',
    stage: async (bench) => {
      const [shoe, sock] = [await bench.stocked('shoe', 0), await bench.stocked('sock', 0)];
      const telling = new Telling(bench);
      const first = telling.paid(shoe, 2);
      telling.topic.poison({ key: first, value: 'no JSON' }, 'not-json');
      telling.paid(sock, 1);
      telling.paid(shoe, 2, first);
      telling.paid(shoe, 5);
      telling.comesTo(shoe, 7);
      telling.comesTo(sock, 1);
      return telling.stage();
    },
  },
  {
    name: 'ends of orders: counted before, told with their payment, told before it, never counted',
    stage: async (bench) => {
      const shoe = await bench.stocked('shoe', 0);
      const telling = new Telling(bench);
      await telling.counted(shoe, 10);
      telling.ended(shoe, 4, await telling.counted(shoe, 4));
      telling.ended(shoe, 1, telling.paid(shoe, 1));
      telling.paid(shoe, 2, telling.ended(shoe, 2));
      telling.ended(shoe, 8);
      telling.paid(shoe, 3, await telling.counted(shoe, 3));
      telling.paid(shoe, 5);
      telling.comesTo(shoe, 18);
      return telling.stage();
    },
  },
];

/** Changes of two orders' rows, and of two that can't be read. */
const relays: readonly BatchScenario[] = [
  {
    name: 'changes of orders, and of rows that are none',
    stage: async (bench) => {
      const [one, two, bad, worse] = Array.from({ length: 4 }, freshOrderId) as [
        ...[OrderId, OrderId, OrderId, OrderId],
      ];
      const paid = { status: 'PAID', paymentId: `pay_${'a'.repeat(26)}`, paidAt: AT };
      const changes = [
        changeOf(one, imageOf(one)),
        changeOf(bad, marshall({ orderId: bad })),
        changeOf(two, imageOf(two)),
        changeOf(one, imageOf(one, paid), imageOf(one)),
        changeOf(worse, imageOf(worse, { status: 'SHIPPED' })),
      ];
      const told = [
        [`${one}:PENDING_PAYMENT`],
        [],
        [`${two}:PENDING_PAYMENT`],
        [`${one}:PAID`],
        [],
      ];
      const letters = new Letters(bench);
      const published: string[] = [];
      const events = {
        publish: async (some: readonly OrderEvent[]) => {
          published.push(...some.map(({ eventId }) => eventId));
        },
      };
      return {
        dues: changes.map((change, index) =>
          told[index]?.length === 0
            ? letters.expect(letterIdOf(change), 'invalid')
            : () =>
                told[index]?.every((id) => published.includes(id)) ? undefined : 'it is not told',
        ),
        owners: bench.owners(({ deadLetters }, edge) => {
          const deps = { deadLetters, events, topic: 'order-events', orderInImage };
          const relay = relayOf(edge, 'relay-events', (some, patience) =>
            relayOrderChanges(deps, some, patience),
          );
          return fromStream(relay, changes);
        }),
        look: async () => ({
          ...(await bench.look(letters.watched)),
          published: { ids: [...new Set(published)] },
        }),
        holds: (sight) => {
          letters.hold(sight);
          assert.deepEqual([...new Set(published)], told.flat(), 'the events, each after the last');
        },
      };
    },
  },
];

const AT = '2026-01-01T10:00:00.000Z';

function imageOf(orderId: OrderId, more: object = {}) {
  const lines = [{ sku: 'tee', name: 'Tee', quantity: 1, unitPriceMinor: 100 }];
  const times = { createdAt: AT, expiresAt: AT };
  const order = { orderId, status: 'PENDING_PAYMENT', lines, totalMinor: 100, currency: 'KRW' };
  const asked = { userId: 'ann', requestId: 'r', fingerprint: 'f' };
  const reply = JSON.stringify({ ...order, ...times });
  return marshall({ orderId, ...asked, reply, status: order.status, ...times, ...more });
}

const STREAM = 'arn:orders';

const changeOf = (orderId: OrderId, NewImage: object, OldImage?: object): DynamoDBRecord => ({
  eventSourceARN: STREAM,
  dynamodb: {
    ...{ Keys: { orderId: { S: orderId } }, SequenceNumber: randomUUID(), NewImage },
    ...(OldImage === undefined ? {} : { OldImage }),
  } as NonNullable<DynamoDBRecord['dynamodb']>,
});

const letterIdOf = ({ dynamodb }: DynamoDBRecord): DeadLetterId =>
  changeLetterIdOf(STREAM, dynamodb?.SequenceNumber ?? '');

export const batchScenarios: readonly BatchScenario[] = [...queues, ...tellings, ...relays];
