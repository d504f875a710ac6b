import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningEngine } from './engine.ts';
import { RUNS } from './folders.ts';
import { identify, isAlive, killLeftover, type ProcessIdentity } from './identity.ts';

/** What one owner of engines leaves on disk about them, for `engines status` and for the next start. */
export interface Run {
  readonly id: string;
  readonly label: string;
  readonly startedAt: string;
  readonly owner: ProcessIdentity;
  readonly guard?: ProcessIdentity;
  readonly engines: readonly (RunningEngine & { readonly process: ProcessIdentity })[];
}

const RECORD = 'run.json';
/** Its presence keeps the logs of a run that went wrong; its content says what did. */
const FAILURE = 'failure.txt';
const FAILURE_KEPT_MS = 24 * 60 * 60 * 1000;
/** A folder without a record belongs to an owner that is about to write it, or was killed before. */
const UNRECORDED_KEPT_MS = 60_000;

/** Opens a folder for this process's engines. */
export function createRun(label: string, folder = RUNS): { run: Run; dir: string } {
  const name = label.replace(/[^\w-]+/g, '-');
  const id = `${name}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const dir = join(folder, id);
  const startedAt = new Date().toISOString();
  const run: Run = { id, label, startedAt, owner: identify(process.pid), engines: [] };
  mkdirSync(dir, { recursive: true });
  recordRun(run, dir);
  return { run, dir };
}

/** Writes a run down whole: who reads it never finds half of it. */
export function recordRun(run: Run, dir: string): void {
  const temporary = join(dir, `${RECORD}.new`);
  writeFileSync(temporary, `${JSON.stringify(run, undefined, 2)}\n`);
  renameSync(temporary, join(dir, RECORD));
}

/** Says that a run went wrong, so that its logs outlive it for a day. */
export function markFailed(dir: string, reason: string): void {
  writeFileSync(join(dir, FAILURE), `${reason}\n`, { flag: 'a' });
}

/** Removes what an ended run has left, but not the logs that tell what went wrong. */
export async function discardRun(dir: string): Promise<void> {
  const failed = await ageMs(join(dir, FAILURE));
  await rm(failed === undefined ? dir : join(dir, 'data'), { recursive: true, force: true });
}

/** The runs whose owner lives. */
export async function liveRuns(folder = RUNS): Promise<Run[]> {
  const runs = await Promise.all((await runFolders(folder)).map(readRun));
  return runs.filter((run) => run !== undefined).filter((run) => isAlive(run.owner));
}

/** Ends and removes what the guard of a dead owner could not: it was killed as well. */
export async function sweepRuns(folder = RUNS): Promise<void> {
  await Promise.all((await runFolders(folder)).map(sweep));
}

async function sweep(dir: string): Promise<void> {
  const run = await readRun(dir);
  if (run === undefined) {
    if (((await ageMs(dir)) ?? 0) < UNRECORDED_KEPT_MS) return;
    return rm(dir, { recursive: true, force: true });
  }
  if (isAlive(run.owner) || (run.guard !== undefined && isAlive(run.guard))) return;
  for (const engine of run.engines) killLeftover(engine.process);
  const failedMs = await ageMs(join(dir, FAILURE));
  if (failedMs === undefined || failedMs > FAILURE_KEPT_MS) {
    await rm(dir, { recursive: true, force: true });
  }
}

async function readRun(dir: string): Promise<Run | undefined> {
  try {
    return JSON.parse(await readFile(join(dir, RECORD), 'utf8')) as Run;
  } catch {
    return undefined;
  }
}

async function runFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
}

async function ageMs(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? undefined : Date.now() - found.mtimeMs;
}
