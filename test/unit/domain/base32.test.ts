import { expect, it } from '@jest/globals';
import { base32 } from '../../../lib/domain/base32.ts';

/** RFC 4648, section 10, in lower case and without padding. */
it.each([
  ['', ''],
  ['f', 'my'],
  ['fo', 'mzxq'],
  ['foo', 'mzxw6'],
  ['foob', 'mzxw6yq'],
  ['fooba', 'mzxw6ytb'],
  ['foobar', 'mzxw6ytboi'],
])('encodes %p as RFC 4648 does', (text, encoded) => {
  expect(base32(Buffer.from(text))).toBe(encoded);
});
