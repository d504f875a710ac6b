import type { Cart } from '../domain/cart.ts';
import type { Balance } from '../domain/ledger.ts';
import type { Product } from '../domain/product.ts';
import type { Shortage } from '../domain/stock.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';

/** A product as the public sees it. */
export const productView = (
  { sku, name, priceMinor, availableUnits }: Product,
  currency: string,
) => ({ sku, name, priceMinor, currency, availableUnits });

/** A product as an admin sees it: with the setting that the public need not know. */
export const managedProductView = (product: Product, currency: string) => ({
  ...productView(product, currency),
  strategy: product.strategy,
});

/** Shortages without what only the shop makes use of. */
export const shortagesView = (shortages: readonly Shortage[]) =>
  shortages.map(({ sku, requestedUnits, availableUnits }) => ({
    sku,
    requestedUnits,
    availableUnits,
  }));

/** A balance as its owner sees it. */
export const balanceView = ({ userId, balanceMinor, version }: Balance, currency: string) => ({
  userId,
  balanceMinor,
  currency,
  version,
});

/** A cart as its owner sees it. */
export const cartView = (cart: Cart) => ({
  items: cart.map(({ sku, quantity }) => ({ sku, quantity })),
});

/** A dead letter as an admin sees it: its record as text where it is text, else as base64. */
export const deadLetterView = (letter: DeadLetter) => {
  const { deadLetterId, reason, detail, topic, partition, offset, at, replayedAt } = letter;
  return {
    ...{ deadLetterId, reason, detail, topic, partition, offset, at },
    ...(replayedAt === undefined ? {} : { replayedAt }),
    ...shownBytes('key', letter.key),
    ...shownBytes('value', letter.value),
    headers: letter.headers.map(({ name, value }) => ({ name, ...shownBytes('value', value) })),
  };
};

/** `value` for UTF-8, `valueBase64` for other bytes, nothing for none. */
function shownBytes(name: string, bytes: Uint8Array | undefined): Record<string, string> {
  if (bytes === undefined) return {};
  try {
    return { [name]: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { [`${name}Base64`]: Buffer.from(bytes).toString('base64') };
  }
}
