import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly replayed?: boolean;
}

/** A shop that is only acted, on a port of its own; it hangs up where there is no reply. */
export abstract class FakeServer {
  readonly #server = createServer((request, response) => {
    void this.answer(request).then((reply) => {
      if (reply === undefined) return request.socket.destroy();
      const mark = reply.replayed ? { 'Idempotent-Replayed': 'true' } : {};
      response.writeHead(reply.status, { 'X-Request-Id': 'fake', ...mark });
      return response.end(JSON.stringify(reply.body));
    });
  });

  protected abstract answer(request: IncomingMessage): Promise<Reply | undefined>;

  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
