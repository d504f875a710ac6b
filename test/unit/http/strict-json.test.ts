import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseStrictly } from '../../../lib/http/strict-json.ts';

const valueOf = (text: string): unknown => {
  const parsed = parseStrictly(text);
  return parsed.kind === 'parsed' ? parsed.value : parsed.fault.detail;
};

describe('strict JSON', () => {
  it.each([
    ['7', 7],
    ['7.0', 7],
    ['1e3', 1000],
    ['1.5e1', 15],
    ['1200e-2', 12],
    ['0.0', 0],
    ['0e9', 0],
    ['-3.00', -3],
    ['0.5', 0.5],
  ])('reads %s as the number it is', (text, value) => {
    expect(valueOf(text)).toBe(value);
  });

  it.each(['1.00000000000000000001', '9007199254740992.5', '1e-400', '100000000000000000000.1'])(
    'does not take %s for an integer',
    (text) => {
      expect(Number.isInteger(valueOf(text))).toBe(false);
    },
  );

  it('finds a key twice in one object, and not in two', () => {
    expect(valueOf('{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}')).toBeInstanceOf(Object);
    expect(valueOf('{"a":{"b":1,"b":2}}')).toBe('names "b" twice');
    expect(valueOf('{"a":"x,\\"a\\":","b":"{"}')).toBeInstanceOf(Object);
    expect(valueOf('{"a\\u0062":1,"ab":2}')).toBe('names "ab" twice');
  });

  it('takes 20 levels and not 21', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(valueOf(nested(20))).toBeInstanceOf(Array);
    expect(valueOf(nested(21))).toBe('is deeper than 20');
    expect(valueOf(nested(8_000))).toBe('is deeper than 20');
  });

  it('reads whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 10 }), (value) => {
        const text = JSON.stringify(value);
        expect(valueOf(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});
