import { expect, it } from '@jest/globals';
import { isDeadLetterId } from '../../../lib/domain/ids.ts';
import { deadLetterIdOf } from '../../../lib/messaging/dead-letter-id.ts';

const place = { topic: 'orders', partition: 1, offset: 15 };

it('derives the same id for a record that is delivered again, and no other', () => {
  // printf '["orders",1,15]' | sha256sum | xxd -r -p | base32 | tr A-Z a-z | head -c 26
  expect(deadLetterIdOf(place)).toBe('zdivypvaomn7vqyyu67f7nqjdi');
  const others = [
    { ...place, topic: 'orders-1' },
    { ...place, partition: 11, offset: 5 },
    { ...place, offset: 16 },
  ];
  expect(new Set([place, ...others].map(deadLetterIdOf)).size).toBe(4);
  expect(isDeadLetterId(deadLetterIdOf(place))).toBe(true);
});
