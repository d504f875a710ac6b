import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint, Checkpoints } from './shard-dispatcher.ts';

/**
 * Checkpoints in a file of their own for each shard, so that shards don't write over one another. A
 * file is replaced as a whole: whoever is killed leaves the old or the new one.
 */
export function checkpointsIn(folder: string, stream: string): Checkpoints {
  const fileOf = (shardId: string) => {
    const name = createHash('sha256').update(`${stream} ${shardId}`).digest('hex').slice(0, 32);
    return join(folder, `${name}.json`);
  };
  return {
    find: async (shardId) => {
      try {
        return JSON.parse(await readFile(fileOf(shardId), 'utf8')) as Checkpoint;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    keep: async (shardId, checkpoint) => {
      const file = fileOf(shardId);
      await mkdir(folder, { recursive: true });
      await writeFile(`${file}.new`, JSON.stringify(checkpoint));
      await rename(`${file}.new`, file);
    },
  };
}
