import { type AttributeValue } from '@aws-sdk/client-dynamodb';
import { attributeOf, splitAt, type ExpressionScope } from './expression.ts';
import { type Item } from './size.ts';

/** What an operand of an update is worked out with: the request, and the item before it. */
export interface Scope extends ExpressionScope {
  readonly item: Item;
}

/** Works out the right side of a `SET`; nothing where that is not easy. */
export function evaluate(tokens: readonly string[], scope: Scope): AttributeValue | undefined {
  for (const sign of ['+', '-']) {
    const [left, right] = splitAt(tokens, sign);
    if (left === undefined || right === undefined) continue;
    return add(evaluate(left, scope), evaluate(right, scope), sign === '+' ? 1 : -1);
  }
  const [first = '', second] = tokens;
  if (second === '(') return call(first, splitAt(tokens.slice(2, -1), ','), scope);
  if (second !== undefined) return undefined;
  if (first.startsWith(':')) return scope.ExpressionAttributeValues?.[first];
  return scope.item[attributeOf(first, scope)];
}

/** What `ADD` or `DELETE` makes of an attribute; `nothing` when its last element goes. */
export function join(
  clause: 'ADD' | 'DELETE',
  old: AttributeValue | undefined,
  operand: AttributeValue,
): AttributeValue | 'nothing' | undefined {
  if (operand.N !== undefined) return old === undefined ? operand : add(old, operand, 1);
  for (const type of ['SS', 'NS'] as const) {
    const change: string[] | undefined = operand[type];
    if (change === undefined) continue;
    const elements = combine(clause, old?.[type] ?? [], change);
    if (elements.length === 0) return 'nothing';
    return type === 'SS' ? { SS: elements } : { NS: elements };
  }
  return undefined;
}

function call(
  name: string,
  operands: readonly (readonly string[])[],
  scope: Scope,
): AttributeValue | undefined {
  const [first, second] = operands.map((operand) => evaluate(operand, scope));
  const whole = operands[0]?.length === 1;
  if (name === 'if_not_exists' && whole) return first ?? second;
  if (name === 'list_append' && first?.L && second?.L) return { L: [...first.L, ...second.L] };
  return undefined;
}

function add(
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
  sign: 1 | -1,
): AttributeValue | undefined {
  if (left?.N === undefined || right?.N === undefined) return undefined;
  const whole = [left.N, right.N].every((number) => /^-?\d+$/.test(number));
  if (whole) return { N: String(BigInt(left.N) + BigInt(sign) * BigInt(right.N)) };
  return { N: String(Number(left.N) + sign * Number(right.N)) };
}

function combine(
  clause: 'ADD' | 'DELETE',
  old: readonly string[],
  change: readonly string[],
): string[] {
  if (clause === 'ADD') return [...new Set([...old, ...change])];
  return old.filter((element) => !change.includes(element));
}
