import { type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, it } from '@jest/globals';
import { adjustOn } from '../../../../lib/adapters/dynamodb/adjust.ts';
import { database } from '../../../../lib/adapters/dynamodb/database.ts';
import { tableNames } from '../../../../lib/adapters/dynamodb/tables.ts';
import type { AdjustmentId, RequestId, Sku } from '../../../../lib/domain/ids.ts';

const adjustment = {
  adjustmentId: `adj_${'a'.repeat(26)}` as AdjustmentId,
  requestId: 'mine' as RequestId,
  fingerprint: 'f',
  sku: 'a' as Sku,
  units: 1,
  at: '2026-01-01T00:00:00.000Z',
};

it('is of unknown fate, never "nothing happened", once the units have moved', async () => {
  let calls = 0;
  const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  const client = {
    send: async () => {
      calls += 1;
      if (calls > 1) throw refused;
      return {};
    },
  } as unknown as DynamoDBClient;

  const outcome = adjustOn(database(client, tableNames('')))(adjustment);

  await expect(outcome).rejects.toMatchObject({ name: 'Unavailable', fate: 'unknown' });
});
