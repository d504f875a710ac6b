import {
  type CancellationReason,
  type DynamoDBClient,
  InternalServerError,
  ProvisionedThroughputExceededException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { database } from '../../../../lib/adapters/dynamodb/database.ts';
import { placeOn } from '../../../../lib/adapters/dynamodb/place.ts';
import { tableNames } from '../../../../lib/adapters/dynamodb/tables.ts';
import type {
  CatalogueVersion,
  OrderId,
  RequestId,
  Sku,
  UserId,
} from '../../../../lib/domain/ids.ts';
import { type Order, replyOf } from '../../../../lib/domain/order.ts';
import { Unavailable } from '../../../../lib/domain/unavailable.ts';

/** What DynamoDB Local never says: conflicts, throttling, outages, and reasons that hide others. */

const line = (sku: string, quantity: number) => ({
  sku: sku as Sku,
  name: sku,
  quantity,
  unitPriceMinor: 1,
});
const order: Order = {
  orderId: `ord_${'a'.repeat(26)}` as OrderId,
  status: 'PENDING_PAYMENT',
  lines: [line('a', 1), line('b', 2)],
  totalMinor: 3,
  currency: 'KRW',
  createdAt: '2026-01-01T00:00:00.000Z',
  expiresAt: '2026-01-01T00:10:00.000Z',
};
const version = 'v1' as CatalogueVersion;
const placement = {
  userId: 'ann' as UserId,
  requestId: 'mine' as RequestId,
  fingerprint: 'f',
  order,
  versions: new Map([
    ['a' as Sku, version],
    ['b' as Sku, version],
  ]),
};

function answering(error: Error) {
  const client = { send: () => Promise.reject(error) } as unknown as DynamoDBClient;
  return placeOn(database(client, tableNames('')))(placement);
}

const cancelled = (...CancellationReasons: CancellationReason[]) =>
  answering(new TransactionCanceledException({ message: '', $metadata: {}, CancellationReasons }));

const none = { Code: 'None' };
const conflict = { Code: 'TransactionConflict' };
const failed = (item?: object): CancellationReason => ({
  Code: 'ConditionalCheckFailed',
  ...(item === undefined ? {} : { Item: marshall(item) }),
});
const shelf = (sku: string, availableUnits: number, catalogueVersion = 'v1') =>
  failed({
    sku,
    name: sku,
    priceMinor: 1,
    strategy: 'conditional-write',
    catalogueVersion,
    availableUnits,
  });
const own = (requestId: string, fingerprint = 'f') =>
  failed({ requestId, fingerprint, reply: replyOf(order) });

describe('what the reasons of a cancelled placement mean', () => {
  it('sees its own id before it sees empty shelves', async () => {
    expect(await cancelled(own('mine'), shelf('a', 0), none)).toEqual({
      kind: 'placed',
      reply: replyOf(order),
    });
    expect((await cancelled(own('theirs'), shelf('a', 0), none)).kind).toBe('replayed');
    expect((await cancelled(own('mine', 'g'), none, none)).kind).toBe('mismatched');
  });

  it('names every shortage', async () => {
    expect(await cancelled(none, shelf('a', 0), shelf('b', 1))).toEqual({
      kind: 'insufficient',
      shortages: [
        { sku: 'a', requestedUnits: 1, availableUnits: 0 },
        { sku: 'b', requestedUnits: 2, availableUnits: 1 },
      ],
    });
  });

  it('tells no shortage beside a conflict, which may hide another reason', async () => {
    expect(await cancelled(none, conflict, shelf('b', 0))).toEqual({ kind: 'contended' });
    expect(await cancelled(conflict, none, shelf('b', 0))).toEqual({ kind: 'contended' });
    expect(await cancelled(none, { Code: 'ThrottlingError' }, none)).toEqual({ kind: 'contended' });
    expect(await cancelled(none, { Code: 'ProvisionedThroughputExceeded' }, shelf('b', 0))).toEqual(
      {
        kind: 'contended',
      },
    );
  });

  it('tells an unknown product before a change, and a change before a shortage', async () => {
    expect(await cancelled(none, failed(), shelf('b', 0))).toEqual({
      kind: 'unknown',
      skus: ['a'],
    });
    const outcome = await cancelled(none, shelf('a', 0), shelf('b', 9, 'v2'));
    expect(outcome).toMatchObject({
      kind: 'repriced',
      offers: [{ sku: 'b', catalogueVersion: 'v2' }],
    });
  });

  it('throws what it cannot explain', async () => {
    await expect(cancelled(none, { Code: 'ValidationError' }, none)).rejects.toThrow();
    await expect(cancelled(none, shelf('a', 5), none)).rejects.toThrow('without a reason');
  });
});

describe('what an error of the engine means', () => {
  const metadata = { $metadata: {}, message: '' };

  it('is contention when it throttles', async () => {
    const error = new ProvisionedThroughputExceededException(metadata);
    expect(await answering(error)).toEqual({ kind: 'contended' });
  });

  it.each([
    ['a time-out', Object.assign(new Error('slow'), { name: 'TimeoutError' })],
    ['a lost connection', Object.assign(new Error('gone'), { code: 'ECONNRESET' })],
    [
      'an error of the server',
      new InternalServerError({ $metadata: { httpStatusCode: 500 }, message: '' }),
    ],
  ])('leaves the fate unknown after %s', async (_name, error) => {
    await expect(answering(error)).rejects.toMatchObject({ name: 'Unavailable', fate: 'unknown' });
  });

  it('knows that nothing happened when nothing could be sent', async () => {
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    await expect(answering(refused)).rejects.toMatchObject({ fate: 'none', cause: refused });
    await expect(answering(refused)).rejects.toBeInstanceOf(Unavailable);
  });

  it('passes on a defect', async () => {
    const defect = new RangeError('a defect');
    await expect(answering(defect)).rejects.toBe(defect);
  });
});
