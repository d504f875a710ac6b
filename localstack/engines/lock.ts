import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isAlive, type ProcessIdentity } from './identity.ts';

const POLL_MS = 200;

/** Runs the work while no other process runs work under the same lock file; a dead holder is passed over. */
export async function withLock<T>(
  file: string,
  { signal, onWait }: { signal?: AbortSignal | undefined; onWait?: () => void },
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  while (!(await take(file))) {
    onWait?.();
    await sleep(POLL_MS, undefined, signal === undefined ? {} : { signal });
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** Linking a file written beforehand makes the lock appear together with the name of its holder. */
async function take(file: string): Promise<boolean> {
  const mine = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(mine, JSON.stringify(identify(process.pid)));
  try {
    await link(mine, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await breakIfStale(file, mine);
    return false;
  } finally {
    await rm(mine, { force: true });
  }
}

/** Moves a dead holder's lock away; if a new holder came in between, its lock is put back. */
async function breakIfStale(file: string, aside: string): Promise<void> {
  if (await isHeld(file)) return;
  try {
    await rename(file, aside);
    if (await isHeld(aside)) await link(aside, file);
  } catch {
    // Another process was quicker: the next round sees what it did.
  }
}

async function isHeld(file: string): Promise<boolean> {
  try {
    return isAlive(JSON.parse(await readFile(file, 'utf8')) as ProcessIdentity);
  } catch {
    return false;
  }
}
