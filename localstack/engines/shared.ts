import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DAEMON_LABEL, type DaemonMessage } from './daemon-protocol.ts';
import { ENGINE_NAMES, type RunningEngine } from './engine.ts';
import { RUNS } from './folders.ts';
import { isAlive, type ProcessIdentity } from './identity.ts';
import { ENGINES, showProgress } from './index.ts';
import { liveRuns, type Run, sweepRuns } from './runs.ts';

/** The engines on the well-known ports, shared by all: brought up by one command, ended by another. */

const DAEMON = fileURLToPath(new URL('daemon.ts', import.meta.url));
const STOP_MS_MAX = 30_000;
const POLL_MS = 50;

/** Brings up what is not up yet; rejects with the sentence to print. */
export async function startShared(signal: AbortSignal): Promise<readonly RunningEngine[]> {
  const daemon = forkDaemon();
  const display = showProgress();
  signal.addEventListener('abort', () => daemon.kill('SIGTERM'));
  try {
    return await outcome(daemon, display.onProgress);
  } finally {
    display.end();
    if (daemon.connected) daemon.disconnect();
    daemon.unref();
  }
}

/** Ends what `startShared` has brought up, and answers what that was. */
export async function stopShared(): Promise<readonly RunningEngine[]> {
  const runs = (await liveRuns()).filter(({ label }) => label === DAEMON_LABEL);
  await Promise.all(runs.map(stopRun));
  await sweepRuns();
  return runs.flatMap(({ engines }) => engines);
}

function forkDaemon(): ChildProcess {
  mkdirSync(RUNS, { recursive: true });
  const log = openSync(join(RUNS, 'start.log'), 'w');
  // An endpoint in the environment is for the shop; here the well-known ports are meant.
  const env = { ...process.env };
  for (const name of ENGINE_NAMES) env[ENGINES[name].variable] = '';
  const daemon = fork(DAEMON, {
    detached: true,
    env,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  return daemon;
}

function outcome(
  daemon: ChildProcess,
  onProgress: ReturnType<typeof showProgress>['onProgress'],
): Promise<readonly RunningEngine[]> {
  return new Promise((resolve, reject) => {
    let failure = `The start was broken off; more may be in ${join(RUNS, 'start.log')}.`;
    daemon.on('message', (message: DaemonMessage) => {
      if ('progress' in message) onProgress(message.progress);
      else if ('up' in message) resolve(message.up);
      else failure = message.failed;
    });
    daemon.on('error', reject);
    // Not before it has ended: then what it had started is gone.
    daemon.on('exit', () => {
      reject(new Error(failure));
    });
  });
}

/** First the owner is asked; if it must be killed, its guard ends the engines. */
async function stopRun({ owner, guard }: Run): Promise<void> {
  process.kill(owner.pid, 'SIGTERM');
  if (!(await gone(owner))) process.kill(owner.pid, 'SIGKILL');
  if (guard !== undefined) await gone(guard);
}

async function gone(identity: ProcessIdentity): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < STOP_MS_MAX; waitedMs += POLL_MS) {
    if (!isAlive(identity)) return true;
    await sleep(POLL_MS);
  }
  return false;
}
