import { type AttributeValue } from '@aws-sdk/client-dynamodb';
import { imageOf, type Image } from './book.ts';
import { attributeOf, splitAt, tokensOf, type ExpressionScope } from './expression.ts';
import { evaluate, join, type Scope } from './operand.ts';
import { sum, valueBytes } from './size.ts';

/** The attributes that an update names, by what it does to them. */
export interface Changes {
  readonly written: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
  /** Those among the written whose new value the meter could not work out. */
  readonly blurred: ReadonlySet<string>;
}

type Clause = 'SET' | 'REMOVE' | 'ADD' | 'DELETE';

/**
 * Estimates an item after an update, and lists what the update touched.
 *
 * Exact for whole attributes with `SET` (values, sums, `if_not_exists`, `list_append`), `REMOVE`,
 * `ADD` and `DELETE`. Where a path goes into a document or an operand is not known, the old value
 * stays and the size of the new values is added: too much rather than too little.
 */
export function applyUpdate(
  before: Image,
  update: ExpressionScope & { readonly UpdateExpression?: string | undefined },
): { readonly after: Image; readonly changes: Changes } {
  const draft = new Draft(before, update);
  for (const { clause, actions } of clausesOf(update.UpdateExpression ?? '')) {
    for (const action of actions) draft.apply(clause, action);
  }
  return { after: draft.image(), changes: draft };
}

class Draft implements Changes {
  readonly written = new Set<string>();
  readonly removed = new Set<string>();
  readonly blurred = new Set<string>();
  readonly #attributes: Map<string, AttributeValue>;
  readonly #scope: Scope;
  #extraBytes: number;

  constructor(before: Image, scope: ExpressionScope) {
    this.#attributes = new Map(Object.entries(before.item));
    this.#scope = { ...scope, item: before.item };
    this.#extraBytes = before.extraBytes;
  }

  image(): Image {
    return imageOf(Object.fromEntries(this.#attributes), this.#extraBytes);
  }

  apply(clause: Clause, action: readonly string[]): void {
    const name = attributeOf(action[0] ?? '', this.#scope);
    const nested = action[1] === '.' || action[1] === '[';
    if (clause === 'REMOVE') {
      (nested ? this.blurred : this.removed).add(name);
      if (nested) this.written.add(name);
      else this.#attributes.delete(name);
      return;
    }
    this.written.add(name);
    if (nested) this.#blur(name, action);
    else if (clause === 'SET') this.#write(name, evaluate(action.slice(2), this.#scope), action);
    else this.#combine(clause, name, action);
  }

  /** `ADD` to a number or a set, `DELETE` from a set. */
  #combine(clause: 'ADD' | 'DELETE', name: string, action: readonly string[]): void {
    const operand = this.#scope.ExpressionAttributeValues?.[action[1] ?? ''];
    const old = this.#scope.item[name];
    const joined = operand && join(clause, old, operand);
    if (joined === 'nothing') this.#attributes.delete(name);
    else this.#write(name, joined, action);
  }

  #write(name: string, value: AttributeValue | undefined, action: readonly string[]): void {
    if (value === undefined) this.#blur(name, action);
    else this.#attributes.set(name, value);
  }

  #blur(name: string, action: readonly string[]): void {
    const values = this.#scope.ExpressionAttributeValues ?? {};
    this.blurred.add(name);
    this.#extraBytes += sum(action, (token) => {
      const value = values[token];
      return value === undefined ? 0 : valueBytes(value);
    });
    if (!this.#attributes.has(name)) this.#extraBytes += Buffer.byteLength(name);
  }
}

function clausesOf(
  expression: string,
): readonly { readonly clause: Clause; readonly actions: readonly (readonly string[])[] }[] {
  const clauses: { clause: Clause; tokens: string[] }[] = [];
  for (const token of tokensOf(expression)) {
    const clause = token.toUpperCase();
    if (isClause(clause)) clauses.push({ clause, tokens: [] });
    else clauses.at(-1)?.tokens.push(token);
  }
  return clauses.map(({ clause, tokens }) => ({ clause, actions: splitAt(tokens, ',') }));
}

/** All four are reserved words, so no attribute bears such a name without a placeholder. */
function isClause(word: string): word is Clause {
  return ['SET', 'REMOVE', 'ADD', 'DELETE'].includes(word);
}
