import { z } from 'zod';
import { isOrderId, isSku, isUserId, type PaymentId } from '../domain/ids.ts';
import { LINES_MAX, NAME_CHARACTERS_MAX, PRICE_MINOR_MAX, QUANTITY_MAX } from '../domain/limits.ts';
import type { OrderStatus } from '../domain/order.ts';
import { eventIdOf, eventTypeOf, type OrderEvent } from '../domain/order-event.ts';
import { type Poison, poison } from '../domain/poison.ts';
import type { ConsumedRecord } from './consumed-record.ts';
import { fieldsOf, isKeyedBy, VERSION } from './json-record.ts';

const time = z.iso.datetime({ precision: 3 });
const sku = z.string().refine(isSku);
const paymentId = z
  .string()
  .regex(/^pay_[a-z2-7]{26}$/)
  .transform((id) => id as PaymentId);

const head = {
  version: z.literal(VERSION),
  eventId: z.string().regex(/^ord_[a-z2-7]{26}:[A-Z_]+$/),
  orderId: z.string().refine(isOrderId),
  userId: z.string().refine(isUserId),
  at: time,
};

const content = {
  lines: z
    .array(
      z.strictObject({
        sku,
        name: z
          .string()
          .min(1)
          .max(2 * NAME_CHARACTERS_MAX),
        quantity: z.int().min(1).max(QUANTITY_MAX),
        unitPriceMinor: z.int().min(0).max(PRICE_MINOR_MAX),
      }),
    )
    .min(1)
    .max(LINES_MAX),
  totalMinor: z
    .int()
    .min(0)
    .max(LINES_MAX * QUANTITY_MAX * PRICE_MINOR_MAX),
  currency: z.string().regex(/^[A-Z]{3}$/),
  createdAt: time,
  expiresAt: time,
  queuedAt: time.optional(),
};

const named = <Status extends OrderEvent['status']>(status: Status) => ({
  ...head,
  type: z.literal(eventTypeOf[status]),
  status: z.literal(status),
});
const unpaid = <Status extends OrderStatus>(status: Status) =>
  z.strictObject({ ...named(status), ...content });
/** Of a paid order that ended: when and by what it was paid tells what is to be taken back. */
const perhapsPaid = <Status extends OrderStatus>(status: Status) =>
  unpaid(status).extend({ paymentId: paymentId.optional(), paidAt: time.optional() });

/** A record of the topic of order events; docs/events/order-event.schema.json is made from this. */
export const orderEventRecord = z.discriminatedUnion('type', [
  unpaid('PENDING_PAYMENT'),
  unpaid('PAID').extend({ paymentId, paidAt: time }),
  unpaid('EXPIRED'),
  perhapsPaid('CANCELLED'),
  unpaid('REFUNDED').extend({ paymentId, paidAt: time }),
  z.strictObject({
    ...named('REJECTED'),
    shortages: z
      .array(
        z.strictObject({
          sku,
          requestedUnits: z.int().min(1).max(QUANTITY_MAX),
          availableUnits: z.int().min(0),
        }),
      )
      .min(1)
      .max(LINES_MAX),
  }),
]);

/** The value that an event travels as; its key is the order's id. */
export const encodeEvent = (event: OrderEvent): string =>
  JSON.stringify({ version: VERSION, ...event });

/** Why readers of the topic could not read this event; undefined if they could. */
export function faultIn(event: OrderEvent): string | undefined {
  const checked = orderEventRecord.safeParse({ version: VERSION, ...event });
  return checked.success ? undefined : z.prettifyError(checked.error);
}

/** The event in a record, or why no retry can settle it. */
export function readEvent(
  record: Pick<ConsumedRecord, 'key' | 'value'>,
): { kind: 'event'; event: OrderEvent } | Poison {
  const read = fieldsOf(record);
  if (read.kind === 'poison') return read;
  const checked = orderEventRecord.safeParse(read.fields);
  if (!checked.success) return poison('invalid', z.prettifyError(checked.error));
  const event = withoutVersion(checked.data);
  const { eventId, orderId, status } = event;
  if (eventId !== eventIdOf(orderId, status)) {
    return poison('invalid', 'the event id is not made of the order and its status');
  }
  if (!isKeyedBy(record, orderId)) {
    return poison('invalid', 'the key is not the order, so the event may have overtaken another');
  }
  return { kind: 'event', event };
}

function withoutVersion(record: z.infer<typeof orderEventRecord>): OrderEvent {
  const event: Partial<typeof record> = { ...record };
  delete event.version;
  return event as OrderEvent;
}
