import { expect, it } from '@jest/globals';
import type { MSKEvent } from 'aws-lambda';
import { noCost } from '../../../lib/adapters/dynamodb/meter.ts';
import { type Consumed, consumerOf, type ToldBatch } from '../../../lib/messaging/consume.ts';
import { recordsIn } from '../../../lib/messaging/consumed-record.ts';

const edge = {
  clock: { nowMs: () => 0, sleep: async () => undefined, random: () => 0 },
  ...{ batchMsMax: 1_000, callMsMax: 100, tell: () => undefined },
  metered: <T>(work: (cost: () => typeof noCost) => Promise<T>) => work(() => noCost),
};

const b64 = (text: string) => Buffer.from(text).toString('base64');
/** As Lambda sends it: bytes of headers may be signed, and key and value may be missing. */
const event = {
  records: {
    'orders-0': [
      { topic: 'orders', partition: 0, offset: 15, key: b64('tee'), value: b64('{}') },
      { topic: 'orders', partition: 0, offset: 16, value: null, headers: [{ h: [-1, 65] }] },
    ],
    'orders-2': [{ topic: 'orders', partition: 2, offset: 7, key: b64('mug'), value: b64('é') }],
  },
} as unknown as MSKEvent;

it('reads every record of every partition, with what may be missing', () => {
  const read = recordsIn(event);
  expect(read.map(({ partition, offset }) => [partition, offset])).toEqual([
    ...[
      [0, 15],
      [0, 16],
      [2, 7],
    ],
  ]);
  expect(read.map(({ key }) => key && Buffer.from(key).toString())).toEqual([
    ...['tee', undefined, 'mug'],
  ]);
  expect(Buffer.from(read[2]?.value ?? []).toString()).toBe('é');
  expect(read[1]?.value).toBeUndefined();
  expect(read[1]?.headers).toEqual([{ name: 'h', value: Uint8Array.from([255, 65]) }]);
});

it('names the first failed offset of each partition, in the shape that Lambda reads', async () => {
  const fail = (failed: Consumed['failed']) =>
    consumerOf(edge, 'test', async () => ({ failed, counts: {}, errors: [] }))(event);
  expect(await fail([])).toEqual({ batchItemFailures: [] });
  const at = (partition: number, offset: number) => ({ topic: 'orders', partition, offset });
  expect(await fail([at(0, 16), at(0, 15), at(2, 7)])).toEqual({
    batchItemFailures: [
      { itemIdentifier: { partition: 'orders-0', offset: 15 } },
      { itemIdentifier: { partition: 'orders-2', offset: 7 } },
    ],
  });
});

it('fails the whole batch with what the operation throws', async () => {
  const broken = async (): Promise<Consumed> => {
    throw new Error('broken');
  };
  await expect(consumerOf(edge, 'test', broken)(event)).rejects.toThrow('broken');
});

it('tells how many records come again and from where, and none of what is in them', async () => {
  const told: ToldBatch[] = [];
  const tell = (batch: ToldBatch) => void told.push(batch);
  const records = recordsIn(event);
  const operate = async () => ({ failed: records, counts: { contended: 1 }, errors: [] });
  await consumerOf({ ...edge, tell }, 'test', operate)(event);
  expect(told).toEqual([
    {
      ...{ consumer: 'test', records: 3, failed: 3, counts: { contended: 1 }, errors: [] },
      from: [
        { partition: 'orders-0', offset: 15 },
        { partition: 'orders-2', offset: 7 },
      ],
      ...{ tookMs: 0, cost: noCost },
    },
  ]);
});
