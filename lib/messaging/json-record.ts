import { type Poison, poison } from '../domain/poison.ts';
import type { ConsumedRecord } from './consumed-record.ts';

/** Of every record that this shop publishes. */
export const VERSION = 1;

/**
 * The fields of a record of a version that is known, or why no retry can settle it. A record of a
 * version to come is given up too: whoever deploys producers before consumers finds it among the dead
 * letters and can replay it.
 */
export function fieldsOf({
  value,
}: Pick<ConsumedRecord, 'value'>): { kind: 'fields'; fields: object } | Poison {
  if (value === undefined) return poison('tombstone', 'the record has no value');
  const fields = parsed(value);
  if (fields === undefined) return poison('not-json', 'the value is not a JSON object in UTF-8');
  if (fields['version'] !== VERSION) {
    return poison('unknown-version', `this consumer reads version ${VERSION}`);
  }
  return { kind: 'fields', fields };
}

/** Whether a record stands under this key: if not, it may have overtaken others. */
export const isKeyedBy = ({ key }: Pick<ConsumedRecord, 'key'>, wanted: string): boolean =>
  key !== undefined && Buffer.from(key).toString() === wanted;

function parsed(value: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const found: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value));
    const isObject = typeof found === 'object' && found !== null && !Array.isArray(found);
    return isObject ? (found as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
