import { parse as parseContentType } from 'content-type';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { z } from 'zod';
import { type Headers, only } from './headers.ts';
import { invalid, refuse } from './problems.ts';
import { type Fault, parseStrictly } from './strict-json.ts';

const BYTES_MAX = 16 * 1024;

/** A body that its schema accepts, with the value that it was parsed from. */
export interface Body<Value> {
  readonly value: Value;
  /** As sent, before defaults and merging: what a fingerprint is made of. */
  readonly sent: unknown;
}

/** Reads the body, or refuses: media type before size before content. */
export function readBody<Value>(
  event: APIGatewayProxyEvent,
  headers: Headers,
  schema: z.ZodType<Value>,
): Body<Value> {
  const bytes = bytesOf(event);
  if (bytes === undefined) throw invalid([{ pointer: '', detail: 'a JSON body is needed' }]);
  if (!isPlainJson(headers)) throw refuse('unsupported-media-type');
  if (bytes.byteLength > BYTES_MAX) throw refuse('too-large');

  const parsed = parseStrictly(textOf(bytes, event, headers));
  if (parsed.kind === 'faulty') throw invalid([parsed.fault]);
  const checked = schema.safeParse(parsed.value);
  if (!checked.success) throw invalid(checked.error.issues.flatMap(faultsOf));
  return { value: checked.data, sent: parsed.value };
}

function bytesOf({ body, isBase64Encoded }: APIGatewayProxyEvent): Uint8Array | undefined {
  // An emulator may hand over what it parsed from `0` or `false`: no object, so no body of ours.
  if (typeof body !== 'string' || body === '') return undefined;
  return Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
}

function isPlainJson(headers: Headers): boolean {
  const encodings = headers.get('content-encoding') ?? [];
  if (encodings.some((encoding) => encoding.trim().toLowerCase() !== 'identity')) return false;
  const { type, parameters } = parseContentType(only(headers, 'content-type') ?? '');
  const { charset = 'utf-8' } = parameters;
  return type.toLowerCase() === 'application/json' && charset.toLowerCase() === 'utf-8';
}

/**
 * The text, if it is UTF-8 without a byte-order mark. A gateway that hands bodies over as text has
 * replaced invalid bytes already, and only the length that the client named gives it away.
 */
function textOf(
  bytes: Uint8Array,
  { isBase64Encoded }: APIGatewayProxyEvent,
  headers: Headers,
): string {
  const named = only(headers, 'content-length');
  const altered = !isBase64Encoded && named !== undefined && Number(named) !== bytes.byteLength;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!altered && !text.startsWith('\uFEFF')) return text;
  } catch {
    // Told below, with the other ways of not being UTF-8.
  }
  throw invalid([{ pointer: '', detail: 'must be UTF-8 without a byte-order mark' }]);
}

const escaped = (part: PropertyKey): string =>
  String(part).replaceAll('~', '~0').replaceAll('/', '~1');

const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${escaped(part)}`).join('');

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ pointer: pointerTo(issue.path), detail: issue.message }];
  }
  return issue.keys.map((key) => ({
    pointer: pointerTo([...issue.path, key]),
    detail: 'is not a property of this request',
  }));
}
