import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { connect } from '../../../../lib/adapters/redis/client.ts';
import { systemTimer } from '../../../../lib/runtime/clock.ts';

/** The first bytes that a server at such an address is sent. */
async function firstBytesTo(scheme: string): Promise<number[]> {
  let opened: ReturnType<typeof connect> | undefined;
  const bytes = await new Promise<number[]>((resolve) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (data) => {
        resolve([...data.subarray(0, 2)]);
        socket.destroy();
        server.close();
      });
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      opened = connect(`${scheme}://127.0.0.1:${port}`, systemTimer);
    });
  });
  opened?.redis.disconnect();
  return bytes;
}

it('speaks TLS to rediss, and plain Redis to redis', async () => {
  // A handshake record of TLS 3.x; an array of RESP.
  expect(await firstBytesTo('rediss')).toEqual([0x16, 0x03]);
  expect(String.fromCharCode(...(await firstBytesTo('redis')))).toMatch(/^\*\d/);
});

it('begins anew where a server listens and is mute', async () => {
  let opened: ReturnType<typeof connect> | undefined;
  await new Promise<void>((resolve) => {
    let connections = 0;
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      connections += 1;
      if (connections < 2) return;
      socket.destroy();
      server.close();
      resolve();
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      opened = connect(`redis://127.0.0.1:${port}`, systemTimer);
    });
  });
  opened?.redis.disconnect();
});
