import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { freePort } from '../../localstack/engines/ports.ts';
import { call } from '../../localstack/shop/client.ts';

/** `npm start` as a stranger runs it: the commands themselves, and what is left afterwards. */

const GONE_MS_MAX = 15_000;
const READY_MS_MAX = 120_000;

/** Every living process with this marker in its environment, however far from its parent. */
function marked(marker: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const zombie = / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/, ''));
        return !zombie && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(marker);
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function noneLeft(marker: string): Promise<void> {
  const endMs = Date.now() + GONE_MS_MAX;
  while (marked(marker).length > 0 && Date.now() < endMs) await sleep(100);
  expect(marked(marker)).toEqual([]);
}

interface Started {
  readonly child: ChildProcess;
  readonly port: number;
  readonly marker: string;
}

const NODE = [process.execPath, 'localstack/start.ts'] as const;
const NPM = ['npm', 'start', '--'] as const;

async function start(
  env: NodeJS.ProcessEnv,
  [file, ...args]: readonly [string, ...string[]] = NODE,
): Promise<Started> {
  const port = await freePort();
  const marker = `LAST_ONE_TEST_${randomUUID()}`;
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...env, PORT: String(port), LAST_ONE_TEST: marker },
  });
  return { child, port, marker };
}

/** Resolves with the lines up to `ready …`. */
async function untilReady({ child, port }: Started): Promise<string> {
  if (child.stdout === null) throw new Error('no output to read');
  const lines: string[] = [];
  const timer = setTimeout(() => child.kill('SIGKILL'), READY_MS_MAX);
  try {
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      if (line === `ready http://127.0.0.1:${port}`) return lines.join('\n');
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Error(`it ended before it was ready:\n${lines.join('\n')}`);
}

/** Without the engines that the other tests share. */
function alone(): NodeJS.ProcessEnv {
  const shared = ['DYNAMODB_ENDPOINT', 'REDIS_URL', 'KAFKA_BROKERS'];
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !shared.includes(name)));
}

const token = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['localstack/token.ts', ...args], { encoding: 'utf8' });

describe('npm start', () => {
  it(
    'sells over HTTP with engines of its own, and leaves nothing behind on SIGTERM',
    async () => {
      const started = await start(alone());
      const output = await untilReady(started);
      expect(output).toContain('npm run -s token');
      const url = `http://127.0.0.1:${started.port}`;
      const health = await call(url, 'GET /health');
      expect(health.json).toEqual({
        status: 'ok',
        engines: { dynamodb: 'ok', redis: 'ok', kafka: 'ok' },
      });
      const body = { lines: [{ sku: 'poster', quantity: 1 }] };
      const ann = token('ann').stdout.trim();
      expect((await call(url, 'POST /orders', { token: ann, key: 'k', body })).status).toBe(201);

      const exit = once(started.child, 'exit');
      started.child.kill('SIGTERM');
      expect(await exit).toEqual([0, null]);
      await noneLeft(started.marker);
    },
    READY_MS_MAX + 60_000,
  );

  it(
    'leaves nothing behind when it is killed -9, neither ready nor half way there',
    async () => {
      const half = await start(alone());
      const ready = await start(alone());
      const endMs = Date.now() + READY_MS_MAX;
      // The database is up, the rest is not: as half as it gets.
      while (marked(half.marker).length < 3 && Date.now() < endMs) await sleep(50);
      half.child.kill('SIGKILL');
      await untilReady(ready);
      ready.child.kill('SIGKILL');
      await noneLeft(half.marker);
      await noneLeft(ready.marker);
    },
    READY_MS_MAX + 60_000,
  );

  it('uses engines that are named in the environment, also with workers', async () => {
    const started = await start(process.env, [...NODE, '--workers']);
    await untilReady(started);
    const own = marked(started.marker).length;
    const exit = once(started.child, 'exit');
    started.child.kill('SIGINT');
    expect(await exit).toEqual([0, null]);
    // Itself, the shop, its bundler and the bridge: no engine.
    expect(own).toBeLessThanOrEqual(4);
    await noneLeft(started.marker);
  }, 120_000);

  it('stops all when npm is told to end, which passes a signal to its script and no further', async () => {
    const started = await start(process.env, NPM);
    await untilReady(started);
    const exit = once(started.child, 'exit');
    started.child.kill('SIGTERM');
    await exit;
    await noneLeft(started.marker);
  }, 120_000);

  it('names a busy port, a wrong flag and a wrong port in one sentence', async () => {
    const run = (env: NodeJS.ProcessEnv, ...args: string[]) =>
      spawnSync(process.execPath, ['localstack/start.ts', ...args], {
        encoding: 'utf8',
        env: { ...process.env, ...env },
      });
    const busy = new URL(process.env['DYNAMODB_ENDPOINT'] ?? '').port;
    expect(run({ PORT: busy })).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^Port \d+ is in use/),
    });
    expect(run({ PORT: 'abc' })).toMatchObject({ status: 2 });
    expect(run({}, '--wat')).toMatchObject({ status: 2, stderr: expect.stringContaining('--wat') });
    expect(run({}, '--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('PORT') });
  });
});

describe('npm run token', () => {
  it('signs for a user, and refuses what it should', () => {
    expect(token('ann', '--admin', '--seconds', '5').stdout.split('.')).toHaveLength(3);
    expect(token().status).toBe(2);
    expect(token('a', 'b').status).toBe(2);
    expect(token('a', '--seconds', '0').status).toBe(2);
    expect(token('\u00e9').status).toBe(2);
    const env = { ...process.env, STAGE: 'prod' };
    const prod = spawnSync(process.execPath, ['localstack/token.ts', 'a'], {
      encoding: 'utf8',
      env,
    });
    expect(prod).toMatchObject({ status: 2, stdout: '' });
  });
});
