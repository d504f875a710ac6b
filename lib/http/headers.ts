import type { APIGatewayProxyEvent } from 'aws-lambda';

/** Every value of every header, by lower-case name: gateways differ in spelling and in merging. */
export type Headers = ReadonlyMap<string, readonly string[]>;

/** `multiValueHeaders` only: some emulators add headers of their own to `headers`. */
export function headersOf(event: APIGatewayProxyEvent): Headers {
  const headers = new Map<string, string[]>();
  // An emulator sends null where there are no headers, whatever the type says.
  const sent = event.multiValueHeaders as typeof event.multiValueHeaders | null;
  for (const [name, values = []] of Object.entries(sent ?? {})) {
    const key = name.toLowerCase();
    headers.set(key, [...(headers.get(key) ?? []), ...values]);
  }
  return headers;
}

/** The header's only value; undefined if it is absent or was sent more than once. */
export function only(headers: Headers, name: string): string | undefined {
  const values = headers.get(name) ?? [];
  return values.length === 1 ? values[0]?.trim() : undefined;
}
