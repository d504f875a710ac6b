import { type AttributeValue } from '@aws-sdk/client-dynamodb';

/** An item, or the key of one, as the SDK's low-level client speaks it. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** How a read sees concurrent writes; each way has its price. */
export type Consistency = 'eventual' | 'strong' | 'transactional';

const kibibyte = 1024;
const readUnitsPerStep = { eventual: 0.5, strong: 1, transactional: 2 } as const;

/**
 * The size that DynamoDB bills an item by, in bytes.
 *
 * Source: "DynamoDB item sizes and formats" of the developer guide, which calls its own rule for
 * numbers an approximation.
 */
export function itemBytes(item: Item): number {
  return sum(Object.entries(item), ([name, value]) => utf8Bytes(name) + valueBytes(value));
}

/** The size of an attribute's value without its name, in bytes. */
export function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return utf8Bytes(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return value.B.byteLength;
  if (value.SS !== undefined) return sum(value.SS, utf8Bytes);
  if (value.NS !== undefined) return sum(value.NS, numberBytes);
  if (value.BS !== undefined) return sum(value.BS, (bytes) => bytes.byteLength);
  if (value.L !== undefined) return 3 + sum(value.L, (element) => 1 + valueBytes(element));
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
}

/** Write units of one item or index entry, outside a transaction. */
export function writeUnitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / kibibyte));
}

/** Read units of one item, or of all that one `Query` or `Scan` went through. */
export function readUnitsOf(bytes: number, consistency: Consistency): number {
  return Math.max(1, Math.ceil(bytes / (4 * kibibyte))) * readUnitsPerStep[consistency];
}

/** Adds up a number drawn from each element. */
export function sum<T>(elements: Iterable<T>, of: (element: T) => number): number {
  let total = 0;
  for (const element of elements) total += of(element);
  return total;
}

function utf8Bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

function numberBytes(number: string): number {
  const [mantissa = ''] = number.toLowerCase().split('e');
  const digits = mantissa.replace(/[^0-9]/g, '').replace(/^0+|0+$/g, '');
  const sign = mantissa.startsWith('-') && digits !== '' ? 1 : 0;
  return Math.ceil(digits.length / 2) + 1 + sign;
}
