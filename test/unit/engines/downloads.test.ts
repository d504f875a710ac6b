import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { keepDownload } from '../../../localstack/engines/downloads.ts';
import { identify } from '../../../localstack/engines/identity.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downloads-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const write =
  (text: string) =>
  async (temporary: string): Promise<void> =>
    writeFile(join(temporary, 'jar'), text);

test('is built once, under its name only when whole', async () => {
  const kept = await keepDownload(
    'engine-1',
    async (temporary) => {
      expect(existsSync(join(folder, 'engine-1'))).toBe(false);
      await write('first')(temporary);
    },
    { folder },
  );
  await keepDownload('engine-1', write('second'), { folder });
  expect(await readFile(join(kept, 'jar'), 'utf8')).toBe('first');
  expect(await readdir(folder)).toEqual(['engine-1']);
});

test('two that need it at once share one build', async () => {
  let builds = 0;
  let waited = 0;
  const [building, waiting] = [
    Promise.withResolvers<undefined>(),
    Promise.withResolvers<undefined>(),
  ];
  const first = keepDownload(
    'engine-1',
    async (temporary) => {
      builds++;
      building.resolve(undefined);
      await waiting.promise;
      await write('whole')(temporary);
    },
    { folder },
  );
  const onWait = (): void => {
    waited++;
    waiting.resolve(undefined);
  };
  await building.promise;
  const second = keepDownload(
    'engine-1',
    async () => {
      builds++;
    },
    { folder, onWait },
  );
  expect(await first).toBe(await second);
  expect({ builds, waited: waited > 0 }).toEqual({ builds: 1, waited: true });
});

test('a failed build leaves nothing, and the next one starts anew', async () => {
  const fails = async (temporary: string): Promise<void> => {
    await write('half')(temporary);
    throw new Error('no network');
  };
  await expect(keepDownload('engine-1', fails, { folder })).rejects.toThrow('no network');
  expect(await readdir(folder)).toEqual([]);
  const kept = await keepDownload('engine-1', write('whole'), { folder });
  expect(await readFile(join(kept, 'jar'), 'utf8')).toBe('whole');
});

test('what a killed build has left, half a folder and its lock, is cleared away', async () => {
  await mkdir(join(folder, '.engine-1-killed'));
  const laterProcess = { ...identify(process.pid), startedTicks: '1' };
  await writeFile(join(folder, 'engine-1.lock'), JSON.stringify(laterProcess));
  await keepDownload('engine-1', write('whole'), { folder });
  expect(await readdir(folder)).toEqual(['engine-1']);
});

test('waiting for another’s build can be broken off', async () => {
  await writeFile(join(folder, 'engine-1.lock'), JSON.stringify(identify(process.pid)));
  const abort = new AbortController();
  const onWait = (): void => {
    abort.abort();
  };
  const waiting = keepDownload('engine-1', write('never'), {
    folder,
    onWait,
    signal: abort.signal,
  });
  await expect(waiting).rejects.toThrow('aborted');
  expect(await readdir(folder)).toEqual(['engine-1.lock']);
});
