import { expect, it } from '@jest/globals';
import { poison } from '../../../lib/domain/poison.ts';
import { deadLetterOf } from '../../../lib/messaging/dead-letter.ts';
import { readOrder } from '../../../lib/messaging/order-record.ts';
import { recordBytes } from '../../../lib/ports/dead-letters.ts';

const AT = '2026-01-01T00:00:00.000Z';
const place = { topic: 'orders', partition: 1, offset: 7 };

it('keeps a record whole, under an id that is the same each time', () => {
  const record = {
    ...{ ...place, key: Buffer.from('tee'), value: Buffer.from('?') },
    headers: [{ name: 'h', value: Buffer.from('x') }],
  };
  const letter = deadLetterOf(record, AT)(poison('not-json', 'no JSON'));
  expect(letter).toMatchObject({ ...record, reason: 'not-json', detail: 'no JSON', at: AT });
  const again = deadLetterOf(record, '2027-01-01T00:00:00.000Z')(poison('invalid', ''));
  expect(again.deadLetterId).toBe(letter.deadLetterId);
});

it('cuts what the store has no room for, and says so', () => {
  const record = {
    ...place,
    key: Buffer.alloc(400_000),
    value: Buffer.alloc(900_000),
    headers: [],
  };
  const letter = deadLetterOf(record, AT)(poison('not-json', 'no JSON'));
  expect(recordBytes(letter)).toBeLessThanOrEqual(350_000);
  expect(letter.detail).toMatch(/^cut, since the record has 1300000 bytes/);
});

it('does not quote a long record in the reason that stands beside it', () => {
  const value = Buffer.from(JSON.stringify({ version: 1, [`x${'y'.repeat(200_000)}`]: 1 }));
  const read = readOrder({ key: Buffer.from('tee'), value });
  if (read.kind !== 'poison') throw new Error('it was read');
  expect(read.detail.length).toBeLessThan(1_100);
});
