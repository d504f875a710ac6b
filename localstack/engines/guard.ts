import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { GuardReply, GuardRequest } from './guard-protocol.ts';
import { signalGroup } from './identity.ts';
import { discardRun, markFailed } from './runs.ts';

/**
 * The guard: a process of its own that starts the engines of one owner and outlives it.
 *
 * It is the parent of the engines, so there is no moment at which an engine runs unknown to it, and no pid
 * of theirs can pass to another process unnoticed. Its standard input is a pipe from the owner. The pipe's
 * end, by `stop()`, a crash or `kill -9`, is the one order to end everything. In a session of its own it
 * does not hear the terminal's Ctrl-C, so that the owner decides.
 */

const TERM_MS_MAX = 5_000;

const dir = process.argv[2];
if (dir === undefined) throw new Error('The guard wants the folder of its run.');
const children = new Set<ChildProcess>();
let ending = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
// A reply to an owner that has gone: standard input says so too.
process.stdout.on('error', () => undefined);
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const request = parse(line);
    if (request !== undefined && !ending) start(request, dir);
  })
  .on('close', end);

/** An owner that is killed while it writes leaves half a line. */
function parse(line: string): GuardRequest | undefined {
  try {
    return JSON.parse(line) as GuardRequest;
  } catch {
    return undefined;
  }
}

function start({ id, file, args, logFile, engine }: GuardRequest, runDir: string): void {
  const log = openSync(logFile, 'a');
  const child = spawn(file, args, { cwd: runDir, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.on('error', (error) => {
    reply({ id, error: error.message });
  });
  const { pid } = child;
  if (pid === undefined) return;
  children.add(child);
  reply({ id, pid });
  child.on('exit', (exitCode, signal) => {
    children.delete(child);
    signalGroup(pid, 'SIGKILL');
    const exit = signal === null ? `exit code ${exitCode ?? '?'}` : signal;
    if (engine && !ending) markFailed(runDir, `${logFile}: ended by itself (${exit})`);
    reply({ id, exit, exitCode });
  });
}

function reply(message: GuardReply): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function end(): void {
  if (ending) return;
  ending = true;
  void endAll().finally(() => process.exit());
}

async function endAll(): Promise<void> {
  const ended = Promise.all([...children].map(async (child) => once(child, 'exit')));
  signalAll('SIGTERM');
  // One that was stopped would not hear it.
  signalAll('SIGCONT');
  const timer = setTimeout(signalAll, TERM_MS_MAX, 'SIGKILL');
  await ended;
  clearTimeout(timer);
  if (dir !== undefined) await discardRun(dir);
}

function signalAll(signal: NodeJS.Signals): void {
  for (const { pid } of children) if (pid !== undefined) signalGroup(pid, signal);
}
