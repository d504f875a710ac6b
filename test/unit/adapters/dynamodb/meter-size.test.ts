import { type AttributeValue } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import {
  itemBytes,
  readUnitsOf,
  valueBytes,
  writeUnitsOf,
} from '../../../../lib/adapters/dynamodb/meter/size.ts';

/** The rules of AWS's page "DynamoDB item sizes and formats" (CapacityUnitCalculations). */
describe('the size of an item', () => {
  it('is the UTF-8 bytes of names and strings', () => {
    expect(itemBytes({ name: { S: 'hello' } })).toBe(9);
    expect(itemBytes({ größe: { S: '日本€' } })).toBe(7 + 9);
    expect(itemBytes({ empty: { S: '' } })).toBe(5);
  });

  it.each([
    ['0', 1],
    ['-0', 1],
    ['7', 2],
    ['-7', 3],
    ['42', 2],
    ['123', 3],
    ['1000', 2],
    ['007', 2],
    ['0.0050', 2],
    ['-12.50', 4],
    ['1.5E+10', 2],
    ['99999999999999999999999999999999999999', 20],
  ])('counts a byte per two significant digits of %s, and one', (number, bytes) => {
    expect(valueBytes({ N: number })).toBe(bytes);
  });

  const values: [string, AttributeValue, number][] = [
    ['raw bytes of a binary', { B: new Uint8Array([1, 2, 3]) }, 3],
    ['one byte for a boolean', { BOOL: false }, 1],
    ['one byte for null', { NULL: true }, 1],
    ['three bytes for an empty list', { L: [] }, 3],
    ['three bytes for an empty map', { M: {} }, 3],
    ['one more byte for each element of a list', { L: [{ S: 'ab' }, { BOOL: true }] }, 3 + 3 + 2],
    ['one more byte, and the name, for each of a map', { M: { k: { S: 'abc' } } }, 3 + 1 + 1 + 3],
    ['both for what is nested', { L: [{ M: { k: { N: '5' } } }] }, 3 + 1 + (3 + 1 + 1 + 2)],
    ['the elements of a string set', { SS: ['a', 'bc'] }, 3],
    ['the elements of a number set', { NS: ['1', '100', '-25'] }, 2 + 2 + 3],
    ['the elements of a binary set', { BS: [new Uint8Array(2), new Uint8Array(4)] }, 6],
  ];
  it.each(values)('counts %s', (_what, value, bytes) => {
    expect(valueBytes(value)).toBe(bytes);
  });
});

/** "DynamoDB read and write operations": KB are of 1,024 bytes, and each part begun counts. */
describe('units', () => {
  it.each([
    [0, 1],
    [1024, 1],
    [1025, 2],
    [1638, 2],
    [3072, 3],
  ])('to write %d bytes', (bytes, units) => {
    expect(writeUnitsOf(bytes)).toBe(units);
  });

  it.each([
    [0, 0.5, 1, 2],
    [3500, 0.5, 1, 2],
    [4096, 0.5, 1, 2],
    [4097, 1, 2, 4],
    [8192, 1, 2, 4],
    [10240, 1.5, 3, 6],
  ])('to read %d bytes', (bytes, eventual, strong, transactional) => {
    expect(readUnitsOf(bytes, 'eventual')).toBe(eventual);
    expect(readUnitsOf(bytes, 'strong')).toBe(strong);
    expect(readUnitsOf(bytes, 'transactional')).toBe(transactional);
  });
});
