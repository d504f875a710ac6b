import { connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { Endpoint } from './engine.ts';

/** How long an engine that is up may take to answer; a frozen one must not hold up a start. */
export const PROBE_MS_MAX = 1_500;

/**
 * Asks one question over a fresh connection and returns the bytes of the answer.
 *
 * The engines are probed with a few bytes of their own protocols rather than with their clients, which log,
 * retry and reconnect at their own discretion while an engine is still coming up.
 */
export function exchange(
  { host, port, secure }: Endpoint,
  question: Buffer,
  isWhole: (answer: Buffer) => boolean,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = secure
      ? connectSecurely({ host, port, servername: host })
      : connect({ host, port });
    let answer = Buffer.alloc(0);
    const timer = setTimeout(() => {
      socket.destroy(new Error(`no answer within ${PROBE_MS_MAX} ms`));
    }, PROBE_MS_MAX);
    socket.on('data', (bytes) => {
      answer = Buffer.concat([answer, bytes]);
      if (!isWhole(answer)) return;
      resolve(answer);
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(timer);
      reject(new Error('the connection was closed without an answer'));
    });
    socket.write(question);
  });
}
