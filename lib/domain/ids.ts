declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** The token's `sub`: 1–128 printable ASCII characters. */
export type UserId = Branded<string, 'UserId'>;
export type Sku = Branded<string, 'Sku'>;
export type OrderId = Branded<string, 'OrderId'>;
export type AdjustmentId = Branded<string, 'AdjustmentId'>;
export type ChargeId = Branded<string, 'ChargeId'>;
export type PaymentId = Branded<string, 'PaymentId'>;
/** A payment provider's name for money that it took: it credits a balance once, for ever. */
export type ProviderRef = Branded<string, 'ProviderRef'>;
/** Derived from the topic, the partition and the offset of a record that was given up. */
export type DeadLetterId = Branded<string, 'DeadLetterId'>;
/** Made by the service for each request, never repeated. */
export type RequestId = Branded<string, 'RequestId'>;
/** Names one state of a product's name, price and strategy; stock movements do not change it. */
export type CatalogueVersion = Branded<string, 'CatalogueVersion'>;
/**
 * Grows each time that a lock changes hands, whatever kind of lock it is; below 2^53. The store
 * turns away whoever comes with an older one than it has seen.
 */
export type Fence = Branded<number, 'Fence'>;
/** 26 base-32 characters derived from user, route and Idempotency-Key: the stem of a made id. */
export type KeyToken = Branded<string, 'KeyToken'>;

const skuPattern = /^[A-Za-z0-9_-]{1,64}$/;
/** `GET /products/top` is a route of its own. */
const reservedSku = 'top';

export const isSku = (value: string): value is Sku =>
  skuPattern.test(value) && value !== reservedSku;

export const isUserId = (value: string): value is UserId => /^[\x20-\x7e]{1,128}$/.test(value);

export const isProviderRef = (value: string): value is ProviderRef =>
  /^[A-Za-z0-9_.:-]{1,128}$/.test(value);

const isMade = (prefix: string, value: string): boolean =>
  value.startsWith(`${prefix}_`) && /^[a-z2-7]{26}$/.test(value.slice(prefix.length + 1));

export const isOrderId = (value: string): value is OrderId => isMade('ord', value);

export const isDeadLetterId = (value: string): value is DeadLetterId =>
  /^[a-z2-7]{26}$/.test(value);

/**
 * An id that a retry of the same request finds again, since it is derived and not drawn.
 * The same key on another route or by another user has another token.
 */
export const orderIdOf = (token: KeyToken): OrderId => `ord_${token}` as OrderId;
export const adjustmentIdOf = (token: KeyToken): AdjustmentId => `adj_${token}` as AdjustmentId;
export const chargeIdOf = (token: KeyToken): ChargeId => `chg_${token}` as ChargeId;
export const paymentIdOf = (token: KeyToken): PaymentId => `pay_${token}` as PaymentId;
