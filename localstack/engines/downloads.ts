import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DOWNLOADS } from './folders.ts';
import { withLock } from './lock.ts';

/**
 * The folder of this name, built once by whoever needs it first and kept.
 *
 * It is built under another name and renamed when whole, so an interrupted download leaves nothing that
 * looks finished; the lock lets two starts at once share one download.
 */
export async function keepDownload(
  name: string,
  build: (temporary: string) => Promise<void>,
  waiting: { signal?: AbortSignal; onWait?: () => void; folder?: string } = {},
): Promise<string> {
  const folder = waiting.folder ?? DOWNLOADS;
  const kept = join(folder, name);
  if (existsSync(kept)) return kept;
  await mkdir(folder, { recursive: true });
  return withLock(`${kept}.lock`, waiting, async () => {
    if (existsSync(kept)) return kept;
    await removeUnfinished(folder, name);
    const temporary = await mkdtemp(join(folder, unfinished(name)));
    try {
      await build(temporary);
      await rename(temporary, kept);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
    return kept;
  });
}

const unfinished = (name: string): string => `.${name}-`;

/** What downloads have left that were killed; whoever holds the lock may be sure that none is running. */
async function removeUnfinished(folder: string, name: string): Promise<void> {
  const left = (await readdir(folder)).filter((entry) => entry.startsWith(unfinished(name)));
  for (const entry of left) await rm(join(folder, entry), { recursive: true, force: true });
}
