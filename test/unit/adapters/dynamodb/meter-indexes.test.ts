import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { SizeBook } from '../../../../lib/adapters/dynamodb/meter/book.ts';
import { costOf } from '../../../../lib/adapters/dynamodb/meter/cost-of.ts';
import { type IndexShape } from '../../../../lib/adapters/dynamodb/meter.ts';

const TableName = 't';
const Key = { id: { S: '1' } };
const keysOnly: IndexShape = { name: 'byColour', keys: ['colour'], projection: 'KEYS_ONLY' };
const withNote: IndexShape = { ...keysOnly, projection: ['note'] };
const all: IndexShape = { ...keysOnly, projection: 'ALL' };

/** A book over a table with one index, in which perhaps an item has been put. */
function bookOf(index: IndexShape, item?: Record<string, string>): SizeBook {
  const book = new SizeBook(() => ({ key: ['id'], indexes: [index] }));
  if (item) costOf('PutItem', { TableName, Item: itemOf(item) }, { output: {} }, book);
  return book;
}

function itemOf(item: Record<string, string>) {
  const strings = Object.entries(item).map(([name, value]) => [name, { S: value }]);
  return { ...Key, ...(Object.fromEntries(strings) as Record<string, { S: string }>) };
}

/** The index's part of an update's units, given that the item itself takes one. */
function indexPart(book: SizeBook, UpdateExpression: string, values: Record<string, string> = {}) {
  const strings = Object.entries(values).map(([name, value]) => [`:${name}`, { S: value }]);
  const input = {
    TableName,
    Key,
    UpdateExpression,
    ExpressionAttributeValues: Object.fromEntries(strings) as Record<string, { S: string }>,
  };
  return costOf('UpdateItem', input, { output: {} }, book).writeUnits - 1;
}

/** The five cases of "Using global secondary indexes in DynamoDB", write considerations. */
describe('an index write', () => {
  it('takes one for a new item that defines the indexed attribute', () => {
    const put = { TableName, Item: itemOf({ colour: 'red' }) };
    expect(costOf('PutItem', put, { output: {} }, bookOf(keysOnly)).writeUnits).toBe(1 + 1);
  });

  it('takes one for an update that defines it', () => {
    expect(indexPart(bookOf(keysOnly, {}), 'SET colour = :c', { c: 'red' })).toBe(1);
  });

  it('takes two for an update that changes it from A to B', () => {
    const book = bookOf(keysOnly, { colour: 'red' });
    expect(indexPart(book, 'SET colour = :c', { c: 'blue' })).toBe(2);
  });

  it('takes one for a write that removes it', () => {
    expect(indexPart(bookOf(keysOnly, { colour: 'red' }), 'REMOVE colour')).toBe(1);
    const deleted = costOf(
      'DeleteItem',
      { TableName, Key },
      { output: {} },
      bookOf(keysOnly, { colour: 'red' }),
    );
    expect(deleted.writeUnits).toBe(1 + 1);
  });

  it('takes none for an item that is not in the index before or after', () => {
    expect(indexPart(bookOf(keysOnly, {}), 'SET note = :n', { n: 'x' })).toBe(0);
  });

  it('takes one for an update of a projected attribute, none of another', () => {
    const note = { n: 'new' };
    const item = { colour: 'red', note: 'old' };
    expect(indexPart(bookOf(withNote, item), 'SET note = :n', note)).toBe(1);
    expect(indexPart(bookOf(all, item), 'SET note = :n', note)).toBe(1);
    expect(indexPart(bookOf(keysOnly, item), 'SET note = :n', note)).toBe(0);
    expect(indexPart(bookOf(withNote, item), 'SET other = :n', note)).toBe(0);
  });

  it('takes none for a write that changes nothing of the entry', () => {
    const book = bookOf(withNote, { colour: 'red', note: 'old' });
    expect(indexPart(book, 'SET note = :n', { n: 'old' })).toBe(0);
  });

  it('is taken for one when the new value within a document is not worked out', () => {
    const book = bookOf(all, { colour: 'red' });
    expect(indexPart(book, 'SET doc.part = :n', { n: 'x' })).toBe(1);
  });

  // Same place: "Larger index entries require additional write capacity units".
  it('takes a unit per KB of the entry, for both entries when its key changes', () => {
    const large = 'x'.repeat(1500);
    const put = (index: IndexShape) =>
      costOf(
        'PutItem',
        { TableName, Item: itemOf({ colour: 'red', note: large }) },
        { output: {} },
        bookOf(index),
      ).writeUnits;
    expect(put(all)).toBe(2 + 2);
    expect(put(withNote)).toBe(2 + 2);
    expect(put(keysOnly)).toBe(2 + 1);
    const moved = indexPart(bookOf(all, { colour: 'red', note: large }), 'SET colour = :c', {
      c: 'blue',
    });
    expect(moved).toBe(1 + 4);
  });

  it('wants all key attributes for an entry', () => {
    const pair: IndexShape = { name: 'pair', keys: ['colour', 'size'], projection: 'KEYS_ONLY' };
    const put = { TableName, Item: itemOf({ colour: 'red' }) };
    expect(costOf('PutItem', put, { output: {} }, bookOf(pair)).writeUnits).toBe(1 + 1);
    const known = bookOf(pair, { colour: 'red' });
    expect(costOf('PutItem', put, { output: {} }, known).writeUnits).toBe(1);
  });

  it('is not taken by a refused write', () => {
    const refused = { error: new ConditionalCheckFailedException({ message: '', $metadata: {} }) };
    const put = { TableName, Item: itemOf({ colour: 'blue' }) };
    const book = bookOf(keysOnly, { colour: 'red' });
    expect(costOf('PutItem', put, refused, book).writeUnits).toBe(1);
  });
});

describe('an index write of an item never seen', () => {
  it('is taken for one of an item that had an entry', () => {
    expect(indexPart(bookOf(keysOnly), 'REMOVE colour')).toBe(1);
    expect(indexPart(bookOf(keysOnly), 'SET colour = :c', { c: 'red' })).toBe(2);
    expect(indexPart(bookOf(withNote), 'SET note = :n', { n: 'x' })).toBe(1);
    expect(indexPart(bookOf(keysOnly), 'SET note = :n', { n: 'x' })).toBe(0);
    const deleted = costOf('DeleteItem', { TableName, Key }, { output: {} }, bookOf(keysOnly));
    expect(deleted.writeUnits).toBe(1 + 1);
    const put = { TableName, Item: itemOf({}) };
    expect(costOf('PutItem', put, { output: {} }, bookOf(keysOnly)).writeUnits).toBe(1 + 1);
  });

  it.each([
    ['attribute_not_exists(id)', 1],
    ['attribute_not_exists(#id) AND attribute_not_exists(x)', 1],
    ['attribute_not_exists(id) OR x = :x', 2],
    ['NOT attribute_not_exists(id)', 2],
    ['attribute_not_exists(colour)', 2],
  ])('goes by what the condition %s proves', (ConditionExpression, units) => {
    const put = {
      TableName,
      Item: itemOf({}),
      ConditionExpression,
      ExpressionAttributeNames: { '#id': 'id' },
    };
    expect(costOf('PutItem', put, { output: {} }, bookOf(keysOnly)).writeUnits).toBe(units);
  });

  it('goes by the old image that came back', () => {
    const remove = {
      TableName,
      Key,
      UpdateExpression: 'REMOVE colour',
      ReturnValues: 'ALL_OLD' as const,
    };
    const output = { Attributes: itemOf({}) };
    expect(costOf('UpdateItem', remove, { output }, bookOf(keysOnly)).writeUnits).toBe(1);
  });

  it('stays one after an update that told nothing of the item', () => {
    const book = bookOf(keysOnly);
    expect(indexPart(book, 'SET note = :n', { n: 'x' })).toBe(0);
    expect(indexPart(book, 'SET colour = :c', { c: 'red' })).toBe(2);
  });

  it('is not taken by a condition check, which tells nothing of the item either', () => {
    const book = bookOf(keysOnly);
    const check = { TableName, Key, ConditionExpression: 'attribute_exists(id)' };
    const TransactItems = [{ ConditionCheck: check }];
    const cost = costOf('TransactWriteItems', { TransactItems }, { output: {} }, book);
    expect(cost.writeUnits).toBe(2);
    expect(indexPart(book, 'SET colour = :c', { c: 'red' })).toBe(2);
  });

  it('becomes one of a known item by the new image that came back', () => {
    const book = bookOf(keysOnly);
    const note = { TableName, Key, UpdateExpression: 'SET note = :n' };
    const values = { ExpressionAttributeValues: { ':n': { S: 'x' } } };
    const output = { Attributes: itemOf({ note: 'x', pad: 'x'.repeat(1500) }) };
    const input = { ...note, ...values, ReturnValues: 'ALL_NEW' as const };
    expect(costOf('UpdateItem', input, { output }, book).writeUnits).toBe(2);
    expect(indexPart(book, 'SET colour = :c', { c: 'red' })).toBe(1 + 1);
  });

  it('becomes one of a known item after a read', () => {
    const book = bookOf(keysOnly);
    const output = { Item: itemOf({ colour: 'red' }) };
    costOf('GetItem', { TableName, Key }, { output }, book);
    expect(indexPart(book, 'SET colour = :c', { c: 'red' })).toBe(0);
  });

  it('is not taken at all on a table whose shape is not known', () => {
    const book = new SizeBook(() => undefined);
    const put = { TableName, Item: itemOf({ colour: 'red' }) };
    expect(costOf('PutItem', put, { output: {} }, book).writeUnits).toBe(1);
  });
});
