import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { identify, isAlive, type ProcessIdentity } from '../../localstack/engines/identity.ts';
import {
  ENGINES,
  type Engines,
  type RunningEngine,
  startEngines,
} from '../../localstack/engines/index.ts';
import { freePort } from '../../localstack/engines/ports.ts';
import type { Run } from '../../localstack/engines/runs.ts';
import { engineStatus, type EngineStatus } from '../../localstack/engines/status.ts';

// A first run downloads 43 MB, on a machine that may be busy with other tests.
jest.setTimeout(300_000);

const INDEX = new URL('../../localstack/engines/index.ts', import.meta.url).href;
const CLI = fileURLToPath(new URL('../../localstack/engines/cli.ts', import.meta.url));

// Engines that somebody else has set up are not what is tested here.
for (const { variable, portVariable } of Object.values(ENGINES)) {
  Reflect.deleteProperty(process.env, variable);
  Reflect.deleteProperty(process.env, portVariable);
}

describe('all three engines', () => {
  let engines: Engines;

  beforeAll(async () => {
    engines = await startEngines({ reuse: false, label: 'engines.test' });
  });

  afterAll(async () => {
    await engines.stop();
  });

  test('are of our own making and each on a port of its own', () => {
    expect(engines.engines.map(({ name, origin }) => [name, origin])).toEqual([
      ['dynamodb', 'started'],
      ['redis', 'started'],
      ['kafka', 'started'],
    ]);
    expect(new Set(engines.engines.map(({ port }) => port)).size).toBe(3);
  });

  test('DynamoDB lists its tables', async () => {
    const client = new DynamoDBClient({
      endpoint: engines.env.DYNAMODB_ENDPOINT,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const { TableNames } = await client.send(new ListTablesCommand({}));
    expect(TableNames).toEqual([]);
    client.destroy();
  });

  test('Redis answers PING', async () => {
    const client = new Redis(engines.env.REDIS_URL);
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
  });

  test('Kafka takes a record and hands it to the first consumer group without an error', async () => {
    const errors: string[] = [];
    const kafka = new Kafka({
      brokers: engines.env.KAFKA_BROKERS.split(','),
      logLevel: logLevel.ERROR,
      logCreator: () => (entry) => errors.push(entry.log.message),
    });
    expect(await roundTrip(kafka, 'one record')).toBe('one record');
    expect(errors).toEqual([]);
  });

  test('are listed by status, with process, memory and log', async () => {
    const rows = await engineStatus();
    for (const { address, pid, logFile } of engines.engines) {
      expect(rows.find((row) => row.address === address)).toMatchObject({
        owner: expect.stringMatching(/^engines-test-/),
        state: 'up',
        pid,
        logFile,
      });
    }
  });

  test('are taken from the environment, and not ended by who has borrowed them', async () => {
    await withVariables(engines.env, async () => {
      const borrowed = await startEngines();
      expect(borrowed.env).toEqual(engines.env);
      expect(borrowed.engines.every(({ origin }) => origin === 'environment')).toBe(true);
      await borrowed.stop();
    });
    expect(processesOf(engines.engines).every(isAlive)).toBe(true);
  });

  test('are found on the well-known ports, and not ended by who has found them', async () => {
    await withVariables(portVariables(engines.engines), async () => {
      const found = await startEngines();
      expect(found.env).toEqual(engines.env);
      expect(found.engines.every(({ origin }) => origin === 'already-up')).toBe(true);
      await found.stop();
    });
    expect(processesOf(engines.engines).every(isAlive)).toBe(true);
  });

  test('are gone after stop, with all they had on disk; a second stop does nothing', async () => {
    const processes = processesOf(engines.engines);
    await engines.stop();
    expect(processes.some(isAlive)).toBe(false);
    expect(runFolders(engines.engines).some(existsSync)).toBe(false);
    await engines.stop();
  });
});

describe('no engine outlives its owner', () => {
  test('when the owner is killed', async () => {
    const owner = script(`
      const { engines } = await startEngines({ only: ['dynamodb', 'redis'], reuse: false });
      console.log(JSON.stringify(engines));
      setInterval(() => {}, 1000);`);
    const engines = JSON.parse(await owner.line) as RunningEngine[];
    const processes = processesOf(engines);
    expect(processes.every(isAlive)).toBe(true);
    owner.child.kill('SIGKILL');
    await until(() => !processes.some(isAlive));
    await until(() => !runFolders(engines).some(existsSync));
  });

  test('when the owner is killed in the middle of a start', async () => {
    const owner = script(`
      const onProgress = ({ phase }) => { if (phase === 'starting') console.log(process.pid); };
      await startEngines({ only: ['kafka'], reuse: false, label: 'killed', onProgress });`);
    await owner.line;
    owner.child.kill('SIGKILL');
    await owner.exit;
    const ofOwner = `killed-${owner.child.pid ?? 0}-`;
    await until(async () => !(await commandLines()).some((line) => line.includes(ofOwner)));
  });

  test('when the owner and its guard are killed together, and somebody starts later', async () => {
    const owner = script(`
      const { engines } = await startEngines({ only: ['redis'], reuse: false });
      console.log(JSON.stringify(engines));
      setInterval(() => {}, 1000);`);
    const engines = JSON.parse(await owner.line) as RunningEngine[];
    const guard = await guardOf(engines);
    process.kill(guard.pid, 'SIGKILL');
    owner.child.kill('SIGKILL');
    await owner.exit;
    await (await startEngines({ only: ['redis'], reuse: false })).stop();
    await until(() => !processesOf(engines).some(isAlive));
    expect(runFolders(engines).some(existsSync)).toBe(false);
  });

  test('when its owner simply comes to its end', async () => {
    const owner = script(`
      const { engines } = await startEngines({ only: ['redis'], reuse: false });
      console.log(JSON.stringify(engines));`);
    const processes = processesOf(JSON.parse(await owner.line) as RunningEngine[]);
    expect(await owner.exit).toBe(0);
    await until(() => !processes.some(isAlive));
  });

  test('when the start is broken off', async () => {
    const abort = new AbortController();
    const starting = startEngines({
      only: ['kafka'],
      reuse: false,
      label: 'broken off',
      signal: abort.signal,
      onProgress: ({ phase }) => {
        if (phase === 'starting') abort.abort(new Error('enough'));
      },
    });
    await expect(starting).rejects.toThrow('enough');
    await until(async () => !(await commandLines()).some((line) => line.includes('broken-off-')));
  });
});

test('two starts at once both work, and one’s end leaves the other’s engines alone', async () => {
  const [one, two] = await Promise.all([
    startEngines({ only: ['dynamodb', 'redis'], reuse: false }),
    startEngines({ only: ['dynamodb', 'redis'], reuse: false }),
  ]);
  expect(new Set([...one.engines, ...two.engines].map(({ port }) => port)).size).toBe(4);
  await one.stop();
  expect(processesOf(one.engines).some(isAlive)).toBe(false);
  expect(processesOf(two.engines).every(isAlive)).toBe(true);
  await two.stop();
});

describe('what is missing is said in one sentence with two ways out', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'engines-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  test('no Java', async () => {
    expect(await complaint(`{ only: ['dynamodb'], reuse: false }`, { PATH: folder })).toBe(
      'EngineMissing: No Java was found for DynamoDB and Kafka: install Java 17 or newer (for example ' +
        '`apt install openjdk-17-jre-headless`), or run `docker compose up -d --wait`.',
    );
  });

  test('an old Java', async () => {
    await program(join(folder, 'java'), `echo 'openjdk version "11.0.2"' >&2`);
    expect(await complaint(`{ only: ['kafka'], reuse: false }`, { PATH: folder })).toMatch(
      /^EngineMissing: Java 11 is too old for DynamoDB and Kafka: install .* or run `docker compose/,
    );
  });

  test('a dead endpoint in the environment, without its password', async () => {
    await withVariables({ REDIS_URL: 'redis://me:secret@127.0.0.1:1' }, async () => {
      const refused = expect(startEngines({ only: ['redis'] })).rejects;
      await refused.toMatchObject({
        name: 'EngineMissing',
        message:
          'REDIS_URL names redis://***@127.0.0.1:1, which cannot be used (connect ECONNREFUSED 127.0.0.1:1): ' +
          'unset it to have Redis started for you, or run `docker compose up -d --wait` and set it to ' +
          'redis://127.0.0.1:16379.',
      });
    });
  });

  test('an endpoint in the environment that is none', async () => {
    await withVariables({ KAFKA_BROKERS: 'somewhere' }, async () => {
      await expect(startEngines({ only: ['kafka'] })).rejects.toThrow(
        /^KAFKA_BROKERS names somewhere, which cannot be used \(it is no list of host:port\)/,
      );
    });
  });

  test('an engine that ends at once: its log says why, and the others are ended', async () => {
    const broken = await mkdtemp(join(folder, 'broken-'));
    await program(join(broken, 'valkey-server'), 'echo cannot open the door; exit 3');
    const label = `failing-${process.pid}`;
    const said = await complaint(`{ only: ['redis', 'kafka'], reuse: false, label: '${label}' }`, {
      PATH: `${broken}:${process.env['PATH'] ?? ''}`,
    });
    expect(said).toMatch(
      /^EngineFailed: Redis did not start: it ended with exit code 3\. .*redis\.log ends with:\n {2}cannot open the door$/,
    );
    // The one that complained may need a moment to end, too.
    await until(async () => !(await commandLines()).some((line) => line.includes(label)));
    const logFile = /(\S+redis\.log) ends with/.exec(said)?.[1] ?? '';
    expect(existsSync(logFile)).toBe(true);
    await rm(dirname(logFile), { recursive: true });
  });
});

describe('npm run engines', () => {
  let variables: Record<string, string>;
  let stranger: Server | undefined;

  beforeAll(async () => {
    variables = {
      ENGINES_DYNAMODB_PORT: String(await freePort()),
      ENGINES_REDIS_PORT: String(await freePort()),
      ENGINES_KAFKA_PORT: String(await freePort()),
    };
  });

  afterEach(async () => {
    stranger?.close();
    await cli(['stop'], variables);
  });

  test('start keeps the engines up until stop, and says so if they are', async () => {
    const started = await cli(['start'], variables);
    expect(started).toMatchObject({ code: 0, stdout: expect.stringMatching(/(.* started\n){3}/) });
    const rows = await sharedRows(variables);
    expect(rows.map(({ name, state }) => [name, state])).toEqual([
      ['dynamodb', 'up'],
      ['redis', 'up'],
      ['kafka', 'up'],
    ]);
    const again = await cli(['start'], variables);
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/(.* was already up\n){3}/),
    });
    const processes = rows.map(({ pid }) => identify(pid ?? 0));
    expect(processes.every(isAlive)).toBe(true);
    const stopped = await cli(['stop'], variables);
    expect(stopped).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Stopped .*kafka/) });
    expect(processes.some(isAlive)).toBe(false);
    expect((await sharedRows(variables)).every(({ state }) => state === 'down')).toBe(true);
  });

  test('start names a port that is taken, and leaves nothing running', async () => {
    stranger = createServer((socket) => socket.end('hello\r\n'));
    stranger.listen(Number(variables['ENGINES_REDIS_PORT']));
    await once(stranger, 'listening');
    const refused = await cli(['start'], variables);
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /\nPort \d+, meant for Redis, is taken .* ENGINES_REDIS_PORT, or run `docker compose .*\.\n$/,
      ),
    });
    expect((await sharedRows(variables)).map(({ state }) => state)).toEqual([
      'down',
      'busy',
      'down',
    ]);
  });

  test('Ctrl-C during start leaves nothing running', async () => {
    const command = spawnNode([CLI, 'start'], variables);
    await once(command.stderr ?? command, 'data');
    command.kill('SIGINT');
    const [code] = (await once(command, 'exit')) as [number];
    expect(code).toBe(130);
    expect((await sharedRows(variables)).every(({ state }) => state === 'down')).toBe(true);
  });

  test.each([[['frobnicate']], [['start', '--frobnicate']], [['start', '--json']], [[]]])(
    'refuses %j',
    async (args) => {
      expect(await cli(args, variables)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining('--help'),
      });
    },
  );
});

async function roundTrip(kafka: Kafka, value: string): Promise<string | undefined> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'round-trip', numPartitions: 1 }] });
  await admin.disconnect();
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic: 'round-trip', messages: [{ value }] });
  await producer.disconnect();
  const consumer = kafka.consumer({ groupId: 'round-trip' });
  await consumer.connect();
  await consumer.subscribe({ topic: 'round-trip', fromBeginning: true });
  const received = Promise.withResolvers<string | undefined>();
  await consumer.run({
    eachMessage: async ({ message }) => {
      received.resolve(message.value?.toString());
    },
  });
  const text = await received.promise;
  await consumer.disconnect();
  return text;
}

/** Only while it lives does a process have a start time: take them before the end. */
function processesOf(engines: readonly RunningEngine[]): ProcessIdentity[] {
  return engines.map(({ pid }) => identify(pid ?? 0));
}

function runFolders(engines: readonly RunningEngine[]): string[] {
  return engines.map(({ logFile }) => dirname(logFile ?? ''));
}

async function guardOf(engines: readonly RunningEngine[]): Promise<ProcessIdentity> {
  const [folder = ''] = runFolders(engines);
  const run = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')) as Run;
  return run.guard ?? { pid: 0 };
}

function portVariables(engines: readonly RunningEngine[]): Record<string, string> {
  return Object.fromEntries(
    engines.map(({ name, port }) => [ENGINES[name].portVariable, String(port)]),
  );
}

async function withVariables(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<void> {
  Object.assign(process.env, variables);
  try {
    await work();
  } finally {
    for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
  }
}

function spawnNode(args: readonly string[], variables: Record<string, string>): ChildProcess {
  const env = { ...process.env, NODE_OPTIONS: '', ...variables };
  return spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A process of its own that runs these lines; its first line of output is what it has to tell. */
function script(
  body: string,
  variables: Record<string, string> = {},
): { child: ChildProcess; line: Promise<string>; exit: Promise<number | null> } {
  const source = `import { startEngines } from ${JSON.stringify(INDEX)};${body}`;
  const child = spawnNode(['--input-type=module', '--eval', source], variables);
  const output = collect(child);
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  const line = new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const [first, more] = output.stdout.split('\n');
      if (first !== undefined && more !== undefined) resolve(first);
    });
    child.on('close', () => {
      reject(new Error(`nothing was told: ${output.stderr}`));
    });
  });
  return { child, line, exit };
}

/** The error with which a start with these options ends in a process of its own. */
async function complaint(options: string, variables: Record<string, string>): Promise<string> {
  const told = script(
    `await startEngines(${options}).catch((error) => console.log(JSON.stringify(String(error))));`,
    variables,
  );
  return JSON.parse(await told.line) as string;
}

async function cli(
  args: readonly string[],
  variables: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawnNode([CLI, ...args], variables);
  const output = collect(child);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

async function sharedRows(variables: Record<string, string>): Promise<EngineStatus[]> {
  const { stdout } = await cli(['status', '--json'], variables);
  return (JSON.parse(stdout) as EngineStatus[]).filter(({ owner }) => owner === 'shared');
}

function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (text: Buffer) => (output.stdout += text.toString()));
  child.stderr?.on('data', (text: Buffer) => (output.stderr += text.toString()));
  return output;
}

async function program(file: string, body: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${body}\n`);
  await chmod(file, 0o755);
}

async function commandLines(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
  return stdout.split('\n');
}

/** Waits for what must come about; the bound is for machines that are busy with something else. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waitedMs = 0; !(await holds()); waitedMs += 50) {
    if (waitedMs > 60_000) throw new Error('what was waited for did not come about in a minute');
    await sleep(50);
  }
}
