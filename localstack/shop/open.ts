import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Bridge, openBridge } from '../bridge/open.ts';
import { freePort } from '../engines/ports.ts';
import { LOCAL, ROOT } from '../folder.ts';
import { AUDIENCE, ISSUER, localJwks, localTicketSecret } from './keys.ts';
import { createStores } from './stores.ts';
import { pluginEnv, type PluginOptions } from './plugins.ts';

/**
 * What stands between HTTP and the functions: serverless-offline in one process, the same with a
 * worker for each invocation, or a thin `node:http` server.
 */
export type Harness = 'offline' | 'workers' | 'thin';

export interface ShopOptions extends PluginOptions {
  readonly harness: Harness;
  /** The engines' addresses, and settings such as `RESERVATION_SECONDS`. */
  readonly env: Readonly<Record<string, string>> & { readonly DYNAMODB_ENDPOINT: string };
  readonly port?: number;
  /** Shops with the same prefix share their tables. */
  readonly tablePrefix?: string;
  /** Shops with the same prefix share their topics, and each record is for one of them. */
  readonly topicPrefix?: string;
  /** Without it, records and changes wait until another shop with the same prefixes reads them. */
  readonly bridge?: boolean;
  /** Without it nobody reads the tables' streams: they cost the engine on this machine dearly. */
  readonly streams?: boolean;
}

export interface Shop {
  readonly url: string;
  readonly logFile: string;
  readonly pid: number;
  /** Of the bridge's process, where it has something to do. */
  readonly bridgePid: () => number | undefined;
  /** Rejects when the shop ends by itself. */
  readonly ended: Promise<never>;
  readonly stop: () => Promise<void>;
}

/** Relative to the root, as the bundler wants it. */
const BUILDS = join('.local', 'build');
const READY_MS_MAX = 90_000;
const STOP_MS_MAX = 5_000;

/**
 * Creates tables and topics, starts the functions and the bridge, and waits until they answer. A
 * broker that is away is not waited for: the shop sells what does not queue, and the bridge waits.
 */
export async function openShop(options: ShopOptions): Promise<Shop> {
  const { harness } = options;
  const port = options.port ?? (await freePort());
  const name = `${harness}-${port}-${process.pid}`;
  const logFile = join(LOCAL, 'logs', `shop-${name}.log`);
  const buildFolder = join(BUILDS, name);
  await Promise.all([sweepBuilds(), mkdir(dirname(logFile), { recursive: true })]);
  const env = await envOf(options, port, buildFolder);
  const hasBroker = await createStores(env);

  const log = openSync(logFile, 'w');
  const child = spawn(process.execPath, commandOf(harness), {
    cwd: ROOT,
    // A process group of its own: Ctrl-C reaches the parent, which stops its children in order.
    detached: true,
    stdio: ['pipe', log, log],
    env: { ...process.env, ...env },
  });
  const ended = endOf(child, logFile);
  let bridge: Bridge | undefined;
  const stop = async (): Promise<void> => {
    // The bridge first, while there are functions to finish what it has begun.
    await bridge?.stop();
    await stopChild(child);
    await rm(join(ROOT, buildFolder), { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    if (options.bridge !== false) bridge = await openBridgeFor(env, name);
    await Promise.race([
      Promise.all([answering(url, logFile), hasBroker && bridge?.ready()]),
      ended,
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, logFile, pid: child.pid ?? 0, bridgePid: () => bridge?.pid, ended, stop };
}

type ShopEnv = Awaited<ReturnType<typeof envOf>>;

async function envOf(options: ShopOptions, port: number, buildFolder: string) {
  const { env, tablePrefix = 'last-one-local-', topicPrefix = '' } = options;
  return {
    KAFKA_BROKERS: '',
    ...env,
    ...pluginEnv(options),
    STAGE: 'local',
    TABLE_PREFIX: tablePrefix,
    TOPIC_PREFIX: topicPrefix,
    BRIDGE_STREAMS: options.streams === false ? 'off' : 'on',
    PORT: String(port),
    LAMBDA_PORT: String(await freePort()),
    ESBUILD_FOLDER: buildFolder,
    JWT_ISSUER: ISSUER,
    JWT_AUDIENCE: AUDIENCE,
    JWT_JWKS: JSON.stringify(await localJwks()),
    TICKET_SECRET: await localTicketSecret(),
    POWERTOOLS_SERVICE_NAME: 'last-one',
  };
}

/** Without Kafka there is none: the race's own shops, for one, have no lane. */
async function openBridgeFor(env: ShopEnv, name: string): Promise<Bridge | undefined> {
  if (env.KAFKA_BROKERS === '') return undefined;
  return openBridge({ env, logFile: join(LOCAL, 'logs', `bridge-${name}.log`) });
}

/** Removes what owners left that were killed: the last part of a folder's name is their pid. */
async function sweepBuilds(): Promise<void> {
  const names = await readdir(join(ROOT, BUILDS)).catch(() => []);
  const left = names.filter((name) => !isRunning(Number(name.split('-').at(-1))));
  const folders = left.map((name) => join(ROOT, BUILDS, name));
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function commandOf(harness: Harness): string[] {
  const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  if (harness === 'thin') return [file('thin.ts')];
  return [file('offline.ts'), ...(harness === 'workers' ? [] : ['--useInProcess'])];
}

function endOf(child: ChildProcess, logFile: string): Promise<never> {
  const ended = once(child, 'exit').then(([code, signal]) => {
    const how = String(signal ?? `status ${String(code)}`);
    throw new Error(`The shop ended with ${how}; see ${relative(ROOT, logFile)}.`);
  });
  // Whoever does not wait for the end is not to be killed by it.
  ended.catch(() => undefined);
  return ended;
}

/** Any answer will do, as long as it comes from a function. */
async function answering(url: string, logFile: string): Promise<void> {
  const endMs = Date.now() + READY_MS_MAX;
  while (Date.now() < endMs) {
    try {
      const response = await fetch(`${url}/problems/internal`);
      if (response.headers.has('x-request-id')) return;
    } catch {
      // Not listening yet.
    }
    await sleep(50);
  }
  throw new Error(`The shop did not answer in time; see ${relative(ROOT, logFile)}.`);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
  await gone;
  clearTimeout(timer);
}
