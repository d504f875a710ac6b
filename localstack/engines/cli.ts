import { parseArgs } from 'node:util';
import type { RunningEngine } from './engine.ts';
import { startShared, stopShared } from './shared.ts';
import { engineStatus, statusTable } from './status.ts';

const HELP = `npm run engines -- <command>

Runs the shop's engines (DynamoDB, Redis, Kafka) without Docker, on 127.0.0.1, for every
shop, test and race that starts on this machine later. Without this, each brings its own.

  start            bring up what is not up yet, and keep it until \`stop\`
  stop             end what \`start\` has brought up
  status [--json]  every engine that runs from this checkout, and where its log is
  --help           this text

ports: 4566, 16379 and 19092, moved by ENGINES_DYNAMODB_PORT, ENGINES_REDIS_PORT and
ENGINES_KAFKA_PORT; with Docker \`docker compose up -d --wait\` gives the same.
`;

const INTERRUPTED = 130;

process.exitCode = await main(process.argv.slice(2));

/** Answers the exit status: 0 done, 1 not possible (with the sentence why), 2 not understood. */
async function main(args: string[]): Promise<number> {
  let asked: ReturnType<typeof parse>;
  try {
    asked = parse(args);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\nTry \`npm run engines -- --help\`.\n`);
    return 2;
  }
  try {
    return await run(asked);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
}

function parse(args: string[]): { command: string; json: boolean } {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' } },
  });
  const json = values.json ?? false;
  if (values.help === true) return { command: 'help', json };
  const [command, ...rest] = positionals;
  if (command === undefined) throw new Error('Which command: start, stop or status?');
  if (!['start', 'stop', 'status', 'help'].includes(command)) {
    throw new Error(`Unknown command: ${command}.`);
  }
  if (rest.length > 0) throw new Error(`Too many arguments: ${rest.join(' ')}.`);
  if (json && command !== 'status') throw new Error(`\`${command}\` knows no --json.`);
  return { command, json };
}

async function run({ command, json }: { command: string; json: boolean }): Promise<number> {
  switch (command) {
    case 'start':
      return start();
    case 'stop':
      return stop();
    case 'status': {
      const rows = await engineStatus();
      process.stdout.write(json ? `${JSON.stringify(rows, undefined, 2)}\n` : statusTable(rows));
      return 0;
    }
    default:
      process.stdout.write(HELP);
      return 0;
  }
}

async function start(): Promise<number> {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      abort.abort();
    });
  }
  try {
    const engines = await startShared(abort.signal);
    process.stdout.write(engines.map(line).join(''));
    if (engines.some(({ origin }) => origin === 'started')) {
      process.stdout.write('They run until `npm run engines -- stop`.\n');
    }
    return 0;
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    process.stderr.write('Stopped; nothing was left running.\n');
    return INTERRUPTED;
  }
}

function line({ name, address, origin }: RunningEngine): string {
  return `${name.padEnd(8)}  ${address.padEnd(23)}  ${origin === 'started' ? 'started' : 'was already up'}\n`;
}

async function stop(): Promise<number> {
  const stopped = await stopShared();
  process.stdout.write(
    stopped.length === 0
      ? 'Nothing to stop: `npm run engines -- start` has nothing running here.\n'
      : `Stopped ${stopped.map(({ name }) => name).join(', ')}.\n`,
  );
  return 0;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
