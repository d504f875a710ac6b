import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Checkpoints } from './shard-dispatcher.ts';

const written = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('after'), sequenceNumber: z.string() }),
  z.object({ kind: z.literal('end') }),
]);

/**
 * Checkpoints in a file of their own for each shard, so that shards don't write over one another. A
 * file is replaced as a whole, also by two bridges at once: whoever is killed leaves the old or the new
 * one. What a loss of power leaves may be neither, and counts for nothing: the shard is read again.
 */
export function checkpointsIn(folder: string, stream: string): Checkpoints {
  const fileOf = (shardId: string) => {
    const name = createHash('sha256').update(`${stream} ${shardId}`).digest('hex').slice(0, 32);
    return join(folder, `${name}.json`);
  };
  return {
    find: async (shardId) => {
      try {
        return written.parse(JSON.parse(await readFile(fileOf(shardId), 'utf8')));
      } catch (error) {
        const isNone = error instanceof SyntaxError || error instanceof z.ZodError;
        if (isNone || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    keep: async (shardId, checkpoint) => {
      const file = fileOf(shardId);
      const fresh = `${file}.${randomUUID()}`;
      await mkdir(folder, { recursive: true });
      await writeFile(fresh, JSON.stringify(checkpoint));
      await rename(fresh, file);
    },
  };
}
