import type { IHeaders, Message } from 'kafkajs';
import type { Outgoing, RecordBytes } from '../../ports/publisher.ts';

/**
 * Records are sent in requests of at most so many bytes. A broker weighs all records of a request
 * for one partition together against the topic's `max.message.bytes`, which this shop sets to 256 KB,
 * and refuses them all.
 */
const REQUEST_BYTES_MAX = 240_000;
/** At least what a record takes beside its key, value and headers. */
const RECORD_BYTES = 32;

/** Records that fit into one request; one that is larger by itself goes alone. */
export interface Load {
  readonly messages: readonly Message[];
  readonly bytes: number;
}

/** Whether both fit into one request. */
export const fits = (a: number, b: number): boolean => a + b <= REQUEST_BYTES_MAX;

/** The records as KafkaJS takes them, in their order, in as few loads as they fit into. */
export function loadsOf(records: readonly Outgoing[]): Load[] {
  const loads: { messages: Message[]; bytes: number }[] = [];
  for (const record of records) {
    const message = messageOf(record);
    const bytes = bytesOf(message);
    const last = loads.at(-1);
    if (last === undefined || !fits(last.bytes, bytes)) loads.push({ messages: [message], bytes });
    else {
      last.messages.push(message);
      last.bytes += bytes;
    }
  }
  return loads;
}

/** All as buffers: KafkaJS takes any other bytes for an object, and sends its text. */
const messageOf = ({ key, value, headers = {} }: Outgoing): Message => ({
  key: key === undefined ? null : bufferOf(key),
  value: value === null ? null : bufferOf(value),
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [name, [values].flat().map(bufferOf)]),
  ),
});

const bufferOf = (bytes: RecordBytes): Buffer =>
  typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : Buffer.from(bytes);

function bytesOf({ key, value, headers = {} }: Message): number {
  return RECORD_BYTES + lengthOf(key) + lengthOf(value) + headerBytes(headers);
}

function headerBytes(headers: IHeaders): number {
  let bytes = 0;
  for (const [name, values] of Object.entries(headers)) {
    for (const value of [values ?? []].flat()) bytes += name.length * 3 + lengthOf(value) + 10;
  }
  return bytes;
}

const lengthOf = (bytes: Buffer | string | null | undefined): number => bytes?.length ?? 0;
