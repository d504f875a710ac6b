import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import type { Engine } from './engine.ts';

/** Below the ports that Linux and macOS give to outgoing connections, which come and go at any moment. */
const FREE_PORT_MIN = 20_000;
const FREE_PORT_MAX = 32_767;
const TRIES_MAX = 100;

/** The port on which an engine is shared: that of docker-compose.yml and of `npm run engines -- start`. */
export function wellKnownPort({ portVariable, portDefault }: Engine): number {
  const given = process.env[portVariable];
  if (given === undefined || given === '') return portDefault;
  const port = Number(given);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`${portVariable} is ${given}, which is no port.`);
}

/** A port that nobody listens on, drawn so that two starts at once hardly draw the same. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const port = randomInt(FREE_PORT_MIN, FREE_PORT_MAX + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port was found between ${FREE_PORT_MIN} and ${FREE_PORT_MAX}.`);
}

/** Whether nobody listens on the port, on whatever address. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
