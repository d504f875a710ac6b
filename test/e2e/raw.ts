import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** As they go over the wire: a name may come twice. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array | undefined;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Sends what no well-behaved client would. */
export function raw(url: string, { method, path, headers = [], body }: RawRequest) {
  const { host, hostname, port } = new URL(url);
  const sending = body === undefined ? undefined : Buffer.from(body);
  const length = sending === undefined ? [] : [['Content-Length', String(sending.byteLength)]];
  return new Promise<RawAnswer>((resolve, reject) => {
    const options = { hostname, port, method, path, agent: false };
    const sent = request(
      { ...options, headers: [['Host', host], ...headers, ...length].flat() },
      (response) => {
        buffer(response).then((text) => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: text.toString('utf8'),
          });
        }, reject);
      },
    );
    sent.on('error', reject);
    sent.end(sending);
  });
}
