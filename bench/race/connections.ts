import { Agent, type IncomingHttpHeaders, request } from 'node:http';

/** An answer as it came; `status` 0 if none came, and `text` says why. */
export interface RawAnswer {
  readonly status: number;
  readonly text: string;
  /** The header `X-Cost`, which only a local shop sends. */
  readonly costHeader: string | undefined;
  /** Whether it is marked as the replay of an earlier answer. */
  readonly replayed: boolean;
  readonly sentAtMs: number;
  readonly endedAtMs: number;
}

export interface Sending {
  readonly route: string;
  readonly token?: string;
  readonly key?: string;
  /** A body already written as JSON: no work for the client while the clock runs. */
  readonly body?: string;
}

/** Longer than any gateway waits. */
const ANSWER_MS_MAX = 35_000;

/**
 * Connections to a shop, open before the clock starts: as many as there are orders at a time, so
 * that no order waits for another's answer or for a handshake.
 *
 * Made of `node:http`, since `fetch` hides its pool (how many connections, which request waits), and
 * spends a multiple of the time on each request, on the same cores as the shop.
 */
export class Connections {
  readonly #url: URL;
  readonly #count: number;
  readonly #agent: Agent;

  constructor(url: string, count: number) {
    this.#url = new URL(url);
    this.#count = count;
    this.#agent = new Agent({ keepAlive: true, maxSockets: count, maxFreeSockets: count });
  }

  /** Opens them all; throws if one can't be had. */
  async open(): Promise<void> {
    // Sent in one go: none is free yet for the next request to take, so each opens one of its own.
    const all = Array.from({ length: this.#count }, () =>
      this.send({ route: 'GET /problems/internal' }),
    );
    const dead = (await Promise.all(all)).find(({ status }) => status === 0);
    if (dead !== undefined) throw new Error(dead.text);
  }

  /** Sends one request and reads its answer to the end; never throws. */
  send({ route, token, key, body }: Sending): Promise<RawAnswer> {
    const [method = 'GET', path = '/'] = route.split(' ');
    const headers = {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { 'Idempotency-Key': key }),
      ...(body === undefined
        ? {}
        : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
    };
    const { hostname: host, port, pathname } = this.#url;
    const prefix = pathname.replace(/\/$/, '');
    const sentAtMs = performance.now();
    return new Promise((resolve) => {
      const end = (status: number, text: string, answered: IncomingHttpHeaders = {}): void => {
        const cost = answered['x-cost'];
        const costHeader = typeof cost === 'string' ? cost : undefined;
        const replayed = answered['idempotent-replayed'] === 'true';
        resolve({ status, text, costHeader, replayed, sentAtMs, endedAtMs: performance.now() });
      };
      const failed = (error: Error): void => {
        end(0, `no answer: ${error.message}`);
      };
      const sending = request(
        { agent: this.#agent, host, port, method, path: `${prefix}${path}`, headers },
        (response) => {
          const { statusCode = 0, headers: answered } = response;
          const chunks: string[] = [];
          response
            .setEncoding('utf8')
            .on('data', (chunk: string) => chunks.push(chunk))
            .on('error', failed)
            .on('end', () => {
              end(statusCode, chunks.join(''), answered);
            });
        },
      );
      sending.on('error', failed);
      sending.setTimeout(ANSWER_MS_MAX, () => {
        sending.destroy(new Error(`silence for ${ANSWER_MS_MAX / 1000} s`));
      });
      sending.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
