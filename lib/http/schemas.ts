import { z } from 'zod';
import { isDeadLetterId, isOrderId, isProviderRef, isSku } from '../domain/ids.ts';
import {
  CHARGE_MINOR_MAX,
  LINES_MAX,
  NAME_CHARACTERS_MAX,
  PRICE_MINOR_MAX,
  QUANTITY_MAX,
  STOCK_MAX,
} from '../domain/limits.ts';
import { strategyNames } from '../domain/product.ts';
import { unitsBySku } from '../domain/stock.ts';

const integer = (min: number, max: number) => {
  const error = `must be an integer from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

const sku = z
  .string({ error: 'must be a string' })
  .refine(isSku, { error: 'must be 1 to 64 of A–Z, a–z, 0–9, _ and -, and not "top"' });

const line = z.strictObject({ sku, quantity: integer(1, QUANTITY_MAX) }, { error: objectNeeded });

/** The body of `POST /orders`. */
export const placeOrderBody = z.strictObject(
  {
    lines: z
      .array(line, { error: `must be a list of 1 to ${LINES_MAX} lines` })
      .min(1, { error: `must be a list of 1 to ${LINES_MAX} lines` })
      .max(LINES_MAX, { error: `must be a list of 1 to ${LINES_MAX} lines` })
      .refine((lines) => [...unitsBySku(lines).values()].every((units) => units <= QUANTITY_MAX), {
        error: `must not ask for more than ${QUANTITY_MAX} of one SKU`,
      }),
  },
  { error: objectNeeded },
);

const name = z
  .string({ error: 'must be a string' })
  .refine((value) => value !== '' && Array.from(value).length <= NAME_CHARACTERS_MAX, {
    error: `must have 1 to ${NAME_CHARACTERS_MAX} characters`,
  })
  .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), {
    error: 'must be well-formed text without control characters',
  });

/** The body of `PUT /admin/products/{sku}`. */
export const putProductBody = z.strictObject(
  {
    name,
    priceMinor: integer(0, PRICE_MINOR_MAX),
    strategy: z
      .enum(strategyNames, { error: `must be one of ${strategyNames.join(', ')}` })
      .optional(),
  },
  { error: objectNeeded },
);

/** The body of `POST /admin/products/{sku}/adjustments`. */
export const adjustStockBody = z.strictObject(
  {
    units: integer(-STOCK_MAX, STOCK_MAX).refine((units) => units !== 0, {
      error: 'must not be 0',
    }),
  },
  { error: objectNeeded },
);

/** The body of `POST /payments`. */
export const payOrderBody = z.strictObject(
  {
    orderId: z
      .string({ error: 'must be a string' })
      .refine(isOrderId, { error: 'must be an id that the shop made: ord_ and 26 characters' }),
  },
  { error: objectNeeded },
);

/** The body of `POST /charges`. */
export const chargeBalanceBody = z.strictObject(
  {
    amountMinor: integer(1, CHARGE_MINOR_MAX),
    providerRef: z
      .string({ error: 'must be a string' })
      .refine(isProviderRef, { error: 'must be 1 to 128 of A–Z, a–z, 0–9, _, ., : and -' })
      .optional(),
  },
  { error: objectNeeded },
);

/** The body of `PUT /cart/items/{sku}`. */
export const putCartItemBody = z.strictObject(
  { quantity: integer(1, QUANTITY_MAX) },
  { error: objectNeeded },
);

/** Where a page of `GET /balance/entries` ended: the `seq` of its last entry. */
export const entriesPosition = z.int().min(1);

/** Where a page of `GET /admin/dead-letters` ended. */
export const deadLettersPosition = z.strictObject({
  at: z.iso.datetime({ precision: 3 }),
  deadLetterId: z.string().refine(isDeadLetterId),
});

/** Only for what is no object at all; each unknown property gets a fault of its own. */
function objectNeeded({ code }: { readonly code: string }): string | undefined {
  return code === 'invalid_type' ? 'must be an object' : undefined;
}
