import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const API_VERSIONS = 18;
const METADATA = 3;
const PRODUCE = 0;

const int8 = (value: number) => Buffer.from([value]);
const int16 = (value: number) => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const int32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const int64 = (value: bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
};
const string = (value: string) => Buffer.concat([int16(value.length), Buffer.from(value)]);
const list = (...items: readonly Buffer[]) => Buffer.concat([int32(items.length), ...items]);
const NO_ERROR = int16(0);

/**
 * As much of a broker as it takes to publish one record to one topic of one partition. It answers each
 * request, as MSK does a container that starts, after a while.
 */
export class SlowBroker {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (request) => void this.#answer(socket, request));
  });
  readonly #answerMs: number;
  readonly #topic: string;

  constructor(topic: string, answerMs: number) {
    this.#topic = topic;
    this.#answerMs = answerMs;
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `127.0.0.1:${this.#port}`;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  get #port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  async #answer(socket: Socket, request: Buffer): Promise<void> {
    await sleep(this.#answerMs);
    if (socket.destroyed) return;
    const body = this.#bodyFor(request.readInt16BE(4));
    // The number of the request, behind its length, kind and version.
    const answer = Buffer.concat([request.subarray(8, 12), body]);
    socket.write(Buffer.concat([int32(answer.length), answer]));
  }

  #bodyFor(api: number): Buffer {
    const supported = (key: number, version: number) =>
      Buffer.concat([int16(key), int16(version), int16(version)]);
    const partition = Buffer.concat([NO_ERROR, int32(0), int32(1), list(int32(1)), list(int32(1))]);
    switch (api) {
      case API_VERSIONS: {
        const known = list(
          supported(PRODUCE, 3),
          supported(METADATA, 1),
          supported(API_VERSIONS, 0),
        );
        return Buffer.concat([NO_ERROR, known, int32(0)]);
      }
      case METADATA: {
        const noRack = int16(-1);
        const broker = [int32(1), string('127.0.0.1'), int32(this.#port), noRack];
        const topic = [NO_ERROR, string(this.#topic), int8(0), list(partition)];
        return Buffer.concat([
          ...[list(Buffer.concat(broker)), int32(1), list(Buffer.concat(topic))],
        ]);
      }
      default: {
        const placed = Buffer.concat([int32(0), NO_ERROR, int64(7n), int64(-1n)]);
        const produced = Buffer.concat([string(this.#topic), list(placed)]);
        return Buffer.concat([list(produced), int32(0)]);
      }
    }
  }
}
