import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Whether a file can be put there, as far as its folder tells: asked before a long race. */
export async function hasFolder(file: string): Promise<boolean> {
  const folder = await stat(dirname(file)).catch(() => undefined);
  return folder?.isDirectory() === true;
}

/** Writes a file whole or not at all, whoever reads it meanwhile. */
export async function saveJson(file: string, value: unknown): Promise<void> {
  const draft = `${file}.${process.pid}.draft`;
  try {
    await writeFile(draft, `${JSON.stringify(value, null, 2)}\n`);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
