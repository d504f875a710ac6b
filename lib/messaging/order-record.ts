import { z } from 'zod';
import { isOrderId, isSku, isUserId, type RequestId } from '../domain/ids.ts';
import type { QueuedOrder } from '../domain/lane.ts';
import { NAME_CHARACTERS_MAX, PRICE_MINOR_MAX, QUANTITY_MAX } from '../domain/limits.ts';
import { type Poison, poison } from '../domain/poison.ts';
import type { ConsumedRecord } from './consumed-record.ts';
import { fieldsOf, isKeyedBy, VERSION } from './json-record.ts';

const text = z.string().min(1).max(200);

/** A record of the orders' topic; docs/events/order-record.schema.json is made from this. */
export const orderRecord = z.strictObject({
  version: z.literal(VERSION),
  orderId: z.string().refine(isOrderId),
  userId: z.string().refine(isUserId),
  requestId: text.transform((id) => id as RequestId),
  fingerprint: text,
  line: z.strictObject({
    sku: z.string().refine(isSku),
    name: z
      .string()
      .min(1)
      .max(2 * NAME_CHARACTERS_MAX),
    quantity: z.int().min(1).max(QUANTITY_MAX),
    unitPriceMinor: z.int().min(0).max(PRICE_MINOR_MAX),
  }),
  currency: z.string().regex(/^[A-Z]{3}$/),
  queuedAt: z.iso.datetime({ precision: 3 }).optional(),
});

/** The value that an order travels as; its key is the SKU. */
export const encodeOrder = (order: QueuedOrder): string =>
  JSON.stringify({ version: VERSION, ...order });

/** The order in a record, or why no retry can settle it. */
export function readOrder(
  record: Pick<ConsumedRecord, 'key' | 'value'>,
): { kind: 'order'; order: QueuedOrder } | Poison {
  const read = fieldsOf(record);
  if (read.kind === 'poison') return read;
  const checked = orderRecord.safeParse(read.fields);
  if (!checked.success) return poison('invalid', z.prettifyError(checked.error));
  const { orderId, userId, requestId, fingerprint, line, currency, queuedAt } = checked.data;
  const order = { orderId, userId, requestId, fingerprint, line, currency, queuedAt };
  if (!isKeyedBy(record, order.line.sku)) {
    return poison('invalid', 'the key is not the SKU, so the order may stand in the wrong lane');
  }
  return { kind: 'order', order };
}
