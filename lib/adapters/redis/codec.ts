import type { CatalogueVersion, Sku } from '../../domain/ids.ts';
import type { Decision, Placement } from '../../domain/placement.ts';

/** How something travels as text. What can't be read, from another version say, is undefined. */
export interface Codec<Value> {
  /** Never empty. */
  encode(value: Value): string;
  decode(text: string): Value | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => Number.isSafeInteger(value);
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isList = (value: unknown): boolean => Array.isArray(value) && value.every(isFields);

/** Undefined for what is not JSON; the parser's error would quote it, and it is a customer's. */
function parsed(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Everything that deciding an order reads, so that what was decoded can't make it throw. */
function isPlacement(fields: Fields): fields is Fields & Placement & { versions: unknown } {
  const { userId, requestId, fingerprint, order } = fields;
  if (![userId, requestId, fingerprint].every(isText) || !isFields(order)) return false;
  const { orderId, status, lines, totalMinor, currency, createdAt, expiresAt } = order;
  return (
    [orderId, status, currency, createdAt, expiresAt].every(isText) &&
    isText(expiresAt) &&
    Number.isFinite(Date.parse(expiresAt)) &&
    isNumber(totalMinor) &&
    Array.isArray(lines) &&
    lines.length > 0 &&
    lines.every(isOrderLine)
  );
}

const isOrderLine = (line: unknown): boolean =>
  isFields(line) &&
  isText(line['sku']) &&
  isText(line['name']) &&
  isNumber(line['quantity']) &&
  line['quantity'] > 0 &&
  isNumber(line['unitPriceMinor']);

const isVersion = (pair: unknown): pair is [Sku, CatalogueVersion] =>
  Array.isArray(pair) && pair.length === 2 && pair.every(isText);

/** An order on its way to whoever leads. */
export const placementCodec: Codec<Placement> = {
  encode: ({ userId, requestId, fingerprint, order, versions }) =>
    JSON.stringify({ userId, requestId, fingerprint, order, versions: [...versions] }),
  decode: (text) => {
    const fields = parsed(text);
    if (fields === undefined || !isPlacement(fields)) return undefined;
    const { userId, requestId, fingerprint, order } = fields;
    const versions: unknown = fields.versions;
    if (!Array.isArray(versions) || !versions.every(isVersion)) return undefined;
    return { userId, requestId, fingerprint, order, versions: new Map(versions) };
  },
};

/** What each kind of decision must have beside its kind; a kind that is not here can't be read. */
const hasItsFields: Readonly<Record<Decision['kind'], (fields: Fields) => boolean>> = {
  placed: ({ reply }) => isText(reply),
  replayed: ({ reply }) => isText(reply),
  mismatched: () => true,
  unknown: ({ skus }) => Array.isArray(skus) && skus.every(isText),
  repriced: ({ offers }) => isList(offers),
  outdated: ({ marks }) => isList(marks),
  superseded: ({ fence }) => isNumber(fence),
  insufficient: ({ shortages }) => isList(shortages),
  rejected: ({ shortages }) => isList(shortages),
  contended: () => true,
  unavailable: () => true,
};

const isDecision = (fields: Fields): fields is Fields & Decision => {
  const { kind } = fields;
  return (
    isText(kind) &&
    Object.hasOwn(hasItsFields, kind) &&
    hasItsFields[kind as Decision['kind']](fields)
  );
};

/** What became of an order, on its way back. */
export const decisionCodec: Codec<Decision> = {
  encode: (decision) => JSON.stringify(decision),
  decode: (text) => {
    const fields = parsed(text);
    return fields !== undefined && isDecision(fields) ? fields : undefined;
  },
};
