/** What the log and the metrics tell of a request beside its status. */
export interface Facts {
  readonly outcome?: string;
  readonly orderId?: string;
  readonly strategy?: string;
}

/** An answer before it becomes API Gateway's; `requestId` is added on the way out. */
export interface Reply {
  readonly status: number;
  /** Absent where there is no body. */
  readonly type?: 'application/json' | 'application/problem+json';
  /** Text goes out as it stands, so that a kept reply is equal to the byte. */
  readonly body: string | Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly facts: Facts;
}

export const json = (
  status: number,
  body: Reply['body'],
  { headers = {}, facts = {} }: { headers?: Reply['headers']; facts?: Facts } = {},
): Reply => ({ status, type: 'application/json', body, headers, facts });

/** It is done, and there is nothing to show for it. */
export const noContent = (): Reply => ({ status: 204, body: '', headers: {}, facts: {} });

/** The answer to a keyed request that was carried out: a replay says that it is one. */
export function keptJson(
  kind: string,
  reply: string,
  { headers = {}, facts = {} }: { headers?: Reply['headers']; facts?: Facts } = {},
): Reply {
  const replayed = kind === 'replayed' ? { 'Idempotent-Replayed': 'true' } : {};
  return json(201, reply, { headers: { ...headers, ...replayed }, facts });
}
