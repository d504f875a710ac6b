import { expect, it } from '@jest/globals';
import { preferredWaitMs } from '../../../lib/http/prefer.ts';

it.each([
  [['wait=3'], 3_000],
  [['WAIT = 3'], 3_000],
  [['respond-async, wait=2; foo=bar'], 2_000],
  [['respond-async', 'wait="4"'], 4_000],
  [['wait=11'], 10_000],
  [['wait=999999999'], 10_000],
  [['wait=0'], 0],
  [['wait=1, wait=5'], 1_000],
  [['wait=-1'], undefined],
  [['wait=1.5'], undefined],
  [['wait'], undefined],
  [['await=3'], undefined],
  [[], undefined],
])('reads %j as %p ms', (values, expected) => {
  expect(preferredWaitMs(new Map([['prefer', values]]))).toBe(expected);
});
