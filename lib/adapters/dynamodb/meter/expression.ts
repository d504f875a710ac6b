import { type Item } from './size.ts';

/** The parts of a request that an expression of DynamoDB's language is read with. */
export interface ExpressionScope {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
}

/** Cuts an expression into names, placeholders and signs. */
export function tokensOf(expression: string): readonly string[] {
  return expression.match(/[#:]?\w+|[=<>+\-,().[\]]/g) ?? [];
}

/** The attribute that a name or a `#placeholder` stands for. */
export function attributeOf(token: string, scope: ExpressionScope): string {
  return scope.ExpressionAttributeNames?.[token] ?? token;
}

/** Splits tokens at a sign, but not within parentheses. */
export function splitAt(tokens: readonly string[], sign: string): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (token === sign && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

/**
 * Whether a condition that held proves that the item did not exist: it demands the absence of a
 * key attribute. Any `OR` or `NOT` makes the answer no, rather than have it worked out.
 */
export function provesAbsence(
  condition: string | undefined,
  scope: ExpressionScope,
  key: readonly string[],
): boolean {
  const tokens = tokensOf(condition ?? '');
  if (tokens.some((token) => /^(or|not)$/i.test(token))) return false;
  return tokens.some(
    (token, at) =>
      token === 'attribute_not_exists' &&
      tokens[at + 3] === ')' &&
      key.includes(attributeOf(tokens[at + 2] ?? '', scope)),
  );
}
