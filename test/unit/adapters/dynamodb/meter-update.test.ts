import { type AttributeValue } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { imageOf } from '../../../../lib/adapters/dynamodb/meter/book.ts';
import { applyUpdate } from '../../../../lib/adapters/dynamodb/meter/update.ts';

type Attributes = Record<string, AttributeValue>;

function update(
  before: Attributes,
  UpdateExpression: string,
  ExpressionAttributeValues: Attributes = {},
  ExpressionAttributeNames: Record<string, string> = {},
) {
  const input = { UpdateExpression, ExpressionAttributeValues, ExpressionAttributeNames };
  return applyUpdate(imageOf(before), input);
}

describe('an update applied to a known image', () => {
  it('sets values, by name and by placeholder', () => {
    const { after, changes } = update(
      { id: { S: '1' }, a: { S: 'old' } },
      'SET a = :a, #s = :s',
      { ':a': { S: 'new' }, ':s': { BOOL: true } },
      { '#s': 'status' },
    );
    expect(after.item).toEqual({ id: { S: '1' }, a: { S: 'new' }, status: { BOOL: true } });
    expect([...changes.written]).toEqual(['a', 'status']);
  });

  it('adds and subtracts, exactly beyond 2^53', () => {
    const before = { n: { N: '9007199254740993' }, m: { N: '1.5' } };
    const values = { ':one': { N: '1' } };
    const { after } = update(before, 'SET n = n + :one, m = m - :one', values);
    expect(after.item).toEqual({ n: { N: '9007199254740994' }, m: { N: '0.5' } });
  });

  it('reads every operand from the item as it was before', () => {
    const { after } = update({ a: { N: '1' }, b: { N: '2' } }, 'SET a = b, b = a');
    expect(after.item).toEqual({ a: { N: '2' }, b: { N: '1' } });
  });

  it('knows if_not_exists and list_append', () => {
    const before = { n: { N: '5' }, l: { L: [{ S: 'a' }] } };
    const { after } = update(
      before,
      'SET n = if_not_exists(n, :zero) + :one, m = if_not_exists(m, :zero), l = list_append(l, :l)',
      { ':zero': { N: '0' }, ':one': { N: '1' }, ':l': { L: [{ S: 'b' }] } },
    );
    expect(after.item).toEqual({
      n: { N: '6' },
      m: { N: '0' },
      l: { L: [{ S: 'a' }, { S: 'b' }] },
    });
  });

  it('removes, and does several clauses, in any case and order', () => {
    const before = { a: { S: 'x' }, b: { S: 'y' }, n: { N: '1' } };
    const { after, changes } = update(before, 'remove a, b Set c = :c ADD n :n', {
      ':c': { S: 'z' },
      ':n': { N: '-3' },
    });
    expect(after.item).toEqual({ c: { S: 'z' }, n: { N: '-2' } });
    expect([...changes.removed]).toEqual(['a', 'b']);
  });

  it('adds to a set and deletes from it, and drops an empty one', () => {
    const before: Attributes = { s: { SS: ['a', 'b'] } };
    const add = update(before, 'ADD s :s, t :t', { ':s': { SS: ['b', 'c'] }, ':t': { NS: ['1'] } });
    expect(add.after.item).toEqual({ s: { SS: ['a', 'b', 'c'] }, t: { NS: ['1'] } });
    const some = update(before, 'DELETE s :s', { ':s': { SS: ['a'] } });
    expect(some.after.item).toEqual({ s: { SS: ['b'] } });
    const none = update(before, 'DELETE s :s', { ':s': { SS: ['a', 'b'] } });
    expect(none.after.item).toEqual({});
  });
});

describe('an update that is not worked out', () => {
  it('adds the size of a value set within a document', () => {
    const before: Attributes = { id: { S: '1' }, doc: { M: {} } };
    const { after, changes } = update(before, 'SET doc.a[0].b = :v', { ':v': { S: '12345' } });
    expect(after.bytes).toBe(3 + 6 + 5);
    expect([...changes.blurred]).toEqual(['doc']);
  });

  it('keeps the size of what is removed from a document', () => {
    const before: Attributes = { id: { S: '1' }, doc: { M: { a: { S: '12345' } } } };
    expect(update(before, 'REMOVE doc.a').after.bytes).toBe(3 + 3 + 3 + 1 + 1 + 5);
  });

  it('does not guess whether a path into a document exists', () => {
    const before: Attributes = { id: { S: '1' }, doc: { M: { a: { N: '1' } } } };
    const { after, changes } = update(before, 'SET n = if_not_exists(doc.a, :v)', {
      ':v': { S: '12345' },
    });
    expect(after.item).toEqual(before);
    expect(after.bytes).toBe(3 + 10 + 1 + 5);
    expect([...changes.blurred]).toEqual(['n']);
  });

  it('adds the name and the operand of an attribute not seen', () => {
    const { after } = update({ id: { S: '1' } }, 'SET stock = stock - :q', { ':q': { N: '3' } });
    expect(after.bytes).toBe(3 + 5 + 2);
  });
});
