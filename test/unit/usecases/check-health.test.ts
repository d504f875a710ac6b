import { expect, it } from '@jest/globals';
import type { Engine } from '../../../lib/ports/engine.ts';
import { checkHealth } from '../../../lib/usecases/check-health.ts';

const engine = (name: Engine['name'], probe: () => Promise<void>): Engine => ({ name, probe });
const well = () => Promise.resolve();
const broken = () => Promise.reject(new Error('refused'));
const silent = () => new Promise<void>(() => undefined);

/** The time that a probe is given passes at once, but after every probe that answers. */
const clock = {
  nowMs: () => 0,
  sleep: () => new Promise<void>((ok) => setImmediate(ok)),
  random: () => 0,
};

it.each([
  [well, well, 'ok', { dynamodb: 'ok', redis: 'ok' }],
  [well, broken, 'degraded', { dynamodb: 'ok', redis: 'down' }],
  [well, silent, 'degraded', { dynamodb: 'ok', redis: 'down' }],
  [silent, well, 'down', { dynamodb: 'down', redis: 'ok' }],
])('waits for no engine that is silent (case %#)', async (dynamodb, redis, status, engines) => {
  const asked = [engine('dynamodb', dynamodb), engine('redis', redis)];
  expect(await checkHealth({ engines: asked, clock })).toEqual({ status, engines });
});
