import { once } from 'node:events';
import { type AddressInfo, connect as dial, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { Mailbox } from '../../../lib/adapters/redis/mailbox.ts';
import { systemTimer } from '../../../lib/runtime/clock.ts';
import { until } from './lock-bench.ts';

const url = process.env['REDIS_URL'] ?? '';
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A way to Redis on which some subscriptions get no answer, by the number of their connection. */
async function lossyWay(loses: (connection: number) => boolean) {
  const sockets: Socket[] = [];
  let connections = 0;
  const server = createServer((near) => {
    connections += 1;
    const deaf = loses(connections);
    const far = dial(Number(new URL(url).port || 6379), new URL(url).hostname);
    sockets.push(near);
    near.on('error', () => undefined);
    far.on('error', () => undefined);
    far.pipe(near);
    near.on('data', (bytes) => {
      if (!deaf || !/subscribe/i.test(bytes.toString())) far.write(bytes);
    });
    near.on('close', () => far.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `redis://127.0.0.1:${port}`, cut: () => sockets[0]?.destroy() };
}

it('is heard again when a subscription after a broken connection got no answer', async () => {
  const way = await lossyWay((connection) => connection === 2);
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  const mailbox = new Mailbox(way.url, systemTimer);
  const sender = new Redis(url);
  closing.push(
    () => process.off('unhandledRejection', note),
    () => {
      mailbox.close();
    },
    () => {
      sender.disconnect();
    },
  );
  await mailbox.open();
  way.cut();
  const heard: (string | undefined)[] = [];
  mailbox.listen('ann', (message) => heard.push(message));
  await until(async () => {
    await sender.publish(mailbox.address, 'ann word');
    return heard.includes('word');
  });
  expect(unhandled).toEqual([]);
});
