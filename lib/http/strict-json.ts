/** A fault in a body, at a place in it (RFC 6901). */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

export type Parsed =
  | { readonly kind: 'parsed'; readonly value: unknown }
  | { readonly kind: 'faulty'; readonly fault: Fault };

const DEPTH_MAX = 20;

/**
 * JSON as RFC 8259 has it, without what parsers quietly forgive: duplicate keys, depth, and numbers
 * that only rounding makes whole, which come out as NaN and so pass no schema.
 */
export function parseStrictly(text: string): Parsed {
  if (!isJson(text)) return { kind: 'faulty', fault: { pointer: '', detail: 'is not JSON' } };
  // Depth comes before the reviver, which would recurse into it.
  const fault = structuralFault(text);
  if (fault !== undefined) return { kind: 'faulty', fault };
  return { kind: 'parsed', value: JSON.parse(text, exactNumbers) as unknown };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** `JSON.parse` hands the reviver the source text of each primitive. */
function exactNumbers(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return Number.isInteger(value) && !isExactInteger(context.source) ? Number.NaN : value;
}

/** Whether the literal itself is an integer: 7, 7.0 and 1e3 are, 1.00000000000000000001 is not. */
function isExactInteger(literal: string): boolean {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = `${whole}${fraction}`.replace(/0+$/, '');
  // What is left of the digits must end before the decimal point.
  return digits === '' || digits.length <= whole.length + Number(exponent);
}

/** Strings and punctuation: all that is needed of valid JSON to see its nesting and its keys. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],]/g;

/** Walks the tokens of valid JSON for what `JSON.parse` lets pass. */
function structuralFault(text: string): Fault | undefined {
  const open: { keys: Set<string> | undefined }[] = [];
  let last = '';
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{') open.push({ keys: new Set() });
    if (token === '[') open.push({ keys: undefined });
    if (token === '}' || token === ']') open.pop();
    if (open.length > DEPTH_MAX) return { pointer: '', detail: `is deeper than ${DEPTH_MAX}` };

    const keys = open.at(-1)?.keys;
    if (token.startsWith('"') && keys !== undefined && (last === '{' || last === ',')) {
      const key = JSON.parse(token) as string;
      if (keys.has(key)) return { pointer: '', detail: `names ${token} twice` };
      keys.add(key);
    }
    last = token;
  }
  return undefined;
}
