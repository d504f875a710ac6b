import { z } from 'zod';
import { isOrderId, isSku, isUserId, type RequestId } from '../domain/ids.ts';
import type { QueuedOrder } from '../domain/lane.ts';
import { NAME_CHARACTERS_MAX, PRICE_MINOR_MAX, QUANTITY_MAX } from '../domain/limits.ts';
import { type Poison, poison } from '../domain/poison.ts';
import type { ConsumedRecord } from './consumed-record.ts';

const VERSION = 1;

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
});

/** The value that an order travels as; its key is the SKU. */
export const encodeOrder = (order: QueuedOrder): string =>
  JSON.stringify({ version: VERSION, ...order });

/**
 * The order in a record, or why no retry can settle it. A record of a version to come is given up too:
 * whoever deploys producers before consumers finds it among the dead letters and can replay it.
 */
export function readOrder({
  key,
  value,
}: Pick<ConsumedRecord, 'key' | 'value'>): { kind: 'order'; order: QueuedOrder } | Poison {
  if (value === undefined) return poison('tombstone', 'the record has no value');
  const fields = parsed(value);
  if (fields === undefined) return poison('not-json', 'the value is not a JSON object in UTF-8');
  if (fields['version'] !== VERSION) {
    return poison('unknown-version', `this consumer reads version ${VERSION}`);
  }
  const checked = orderRecord.safeParse(fields);
  if (!checked.success) return poison('invalid', z.prettifyError(checked.error));
  const { orderId, userId, requestId, fingerprint, line, currency } = checked.data;
  const order = { orderId, userId, requestId, fingerprint, line, currency };
  if (key === undefined || Buffer.from(key).toString() !== order.line.sku) {
    return poison('invalid', 'the key is not the SKU, so the order may stand in the wrong lane');
  }
  return { kind: 'order', order };
}

function parsed(value: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const found: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value));
    const isObject = typeof found === 'object' && found !== null && !Array.isArray(found);
    return isObject ? (found as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
