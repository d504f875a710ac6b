import { expect, it } from '@jest/globals';
import { troubleOf } from '../../../../lib/adapters/kafka/refusals.ts';

it('takes a login that was refused for an outage: a rush of functions is refused so', () => {
  const refused = Object.assign(new Error('Too many connects'), {
    ...{ name: 'KafkaJSSASLAuthenticationError', retriable: false },
  });
  expect(troubleOf(refused)).toBe('outage');
  expect(troubleOf(Object.assign(new Error('no'), { name: 'KafkaJSError' }))).toBe('other');
});
