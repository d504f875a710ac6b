import { createServer, type AddressInfo, connect, type Server } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import type { ISocketFactoryArgs } from 'kafkajs';
import { kafkaClient } from '../../../../lib/adapters/kafka/client.ts';
import { kafkaEngine } from '../../../../lib/adapters/kafka/probe.ts';
import { Sender } from '../../../../lib/adapters/kafka/sender.ts';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

const bounds = { clientId: 'test', connectMsMax: 1_000, requestMsMax: 1_000 };

async function listening(answer: (request: Buffer) => Buffer | undefined): Promise<string> {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (request) => {
      const reply = answer(request);
      if (reply === undefined) socket.destroy();
      else socket.write(reply);
    });
  });
  await new Promise((resolve) =>
    server?.listen(0, '127.0.0.1', () => {
      resolve(undefined);
    }),
  );
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A Kafka response to this request: its own number, and what is said. */
function reply(request: Buffer, body: readonly number[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32BE(4 + body.length);
  request.copy(head, 4, 8, 12);
  return Buffer.concat([head, Buffer.from(body)]);
}

const API_VERSIONS = 18;
const SASL_HANDSHAKE = 17;
const SASL_AUTHENTICATE = 36;
const MECHANISM = 'OAUTHBEARER';

/** As far as a broker goes to let somebody in: then it hangs up. */
function doorkeeper(heard: string[]) {
  return (request: Buffer): Buffer | undefined => {
    const api = request.readInt16BE(4);
    const versions = [API_VERSIONS, SASL_HANDSHAKE, SASL_AUTHENTICATE];
    if (api === API_VERSIONS) {
      const list = versions.flatMap((key) => [0, key, 0, 0, 0, 1]);
      return reply(request, [0, 0, 0, 0, 0, versions.length, ...list, 0, 0, 0, 0]);
    }
    if (api === SASL_HANDSHAKE) {
      return reply(request, [0, 0, 0, 0, 0, 1, 0, MECHANISM.length, ...Buffer.from(MECHANISM)]);
    }
    heard.push(request.toString('latin1'));
    return undefined;
  };
}

it('logs in with a token, under TLS', async () => {
  const heard: string[] = [];
  const broker = await listening(doorkeeper(heard));
  const secure: unknown[] = [];
  // The wire is told in the clear here, to be read.
  const socketFactory = ({ host, port, ssl, onConnect }: ISocketFactoryArgs) => {
    secure.push(ssl);
    return connect({ host, port }, onConnect);
  };
  const token = () => Promise.resolve('signed-by-the-role');
  const admin = kafkaClient({ brokers: [broker], token, socketFactory, ...bounds }).admin();
  await expect(admin.connect()).rejects.toThrow();
  expect(heard[0]).toContain('\u0001auth=Bearer signed-by-the-role\u0001\u0001');
  await admin.disconnect();
  expect(secure).toEqual([true]);
});

/** What TLS begins with: a handshake record of version 3. */
const HELLO = [0x16, 0x03];

it('speaks TLS to brokers that ask for a token, and plain Kafka to others', async () => {
  const first: number[][] = [];
  const broker = await listening((request) => {
    first.push([...request.subarray(0, 2)]);
    return undefined;
  });
  const token = () => Promise.resolve('never sent');
  for (const access of [
    { brokers: [broker], token },
    { brokers: [broker], token: undefined },
  ]) {
    await expect(kafkaEngine(access, { nowMs: () => 0 }).probe()).rejects.toThrow();
    const sender = new Sender(access);
    await expect(sender.send('orders', [{ value: 'an order' }])).rejects.toThrow();
    sender.abandon();
  }
  expect(first).toEqual([HELLO, HELLO, [0, 0], [0, 0]]);
});

it('asks a broker once for all who look at the health, and again after 2 s', async () => {
  let asked = 0;
  const broker = await listening(() => {
    asked += 1;
    return undefined;
  });
  let nowMs = 0;
  const engine = kafkaEngine({ brokers: [broker] }, { nowMs: () => nowMs });
  const look = () => expect(engine.probe()).rejects.toThrow();
  const askedAt = async (ms: number) => {
    nowMs = ms;
    await Promise.all([look(), look(), look()]);
    return asked;
  };
  expect(await askedAt(0)).toBe(1);
  expect(await askedAt(1_999)).toBe(1);
  expect(await askedAt(2_000)).toBe(2);
  // A clock that was set back.
  expect(await askedAt(-60_000)).toBe(3);
});
