import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { identify, isAlive, memoryMb } from '../../../localstack/engines/identity.ts';
import {
  createRun,
  discardRun,
  liveRuns,
  markFailed,
  recordRun,
  type Run,
  sweepRuns,
} from '../../../localstack/engines/runs.ts';

const TWO_DAYS_MS = 2 * 24 * 60 * 60 * 1000;
/** This process's pid, as it was before it was given to this process. */
const GONE = { pid: process.pid, startedTicks: '1' };

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runs-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('a process', () => {
  test('is alive while it runs and not after, though its pid may be', async () => {
    const child = sleeper();
    const identity = identify(child.pid ?? 0);
    expect(isAlive(identity)).toBe(true);
    expect(isAlive({ ...identity, startedTicks: '1' })).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(identity)).toBe(false);
  });

  test('tells its memory while it runs', () => {
    expect(memoryMb(process.pid)).toBeGreaterThan(10);
    expect(memoryMb(2 ** 30)).toBeUndefined();
  });
});

describe('a run', () => {
  test('is listed while its owner lives', async () => {
    const { run } = createRun('a shop/1', folder);
    expect(run.id).toMatch(new RegExp(`^a-shop-1-${process.pid}-[0-9a-f]{6}$`));
    orphan('killed');
    expect((await liveRuns(folder)).map(({ id }) => id)).toEqual([run.id]);
  });

  test('leaves nothing at its end', async () => {
    await discardRun(createRun('shop', folder).dir);
    expect(await readdir(folder)).toEqual([]);
  });

  test('that went wrong leaves its logs, but no data', async () => {
    const { dir } = createRun('shop', folder);
    mkdirSync(join(dir, 'data'));
    await writeFile(join(dir, 'kafka.log'), 'why');
    markFailed(dir, 'kafka');
    await discardRun(dir);
    expect((await readdir(dir)).sort()).toEqual(['failure.txt', 'kafka.log', 'run.json']);
  });
});

describe('the sweep', () => {
  test('removes the runs of dead owners and no others', async () => {
    const { run } = createRun('alive', folder);
    orphan('killed');
    await sweepRuns(folder);
    expect(await readdir(folder)).toEqual([run.id]);
  });

  test('leaves a dead owner’s run to its guard while that lives', async () => {
    const { run } = orphan('killed', { guard: identify(process.pid) });
    await sweepRuns(folder);
    expect(await readdir(folder)).toEqual([run.id]);
  });

  test('keeps the logs of a run that went wrong for a day', async () => {
    const { run, dir } = orphan('failed');
    markFailed(dir, 'kafka');
    await sweepRuns(folder);
    expect(await readdir(folder)).toEqual([run.id]);
    const longAgo = new Date(Date.now() - TWO_DAYS_MS);
    await utimes(join(dir, 'failure.txt'), longAgo, longAgo);
    await sweepRuns(folder);
    expect(await readdir(folder)).toEqual([]);
  });

  test('leaves a folder alone whose owner is about to write its record', async () => {
    mkdirSync(join(folder, 'new'));
    await sweepRuns(folder);
    expect(await readdir(folder)).toEqual(['new']);
  });

  test('kills the engines that lost both owner and guard, but never a later process', async () => {
    const [left, later] = [sleeper(), sleeper()];
    const engine = { name: 'redis', origin: 'started', address: '', port: 1 } as const;
    orphan('killed', {
      engines: [
        { ...engine, process: identify(left.pid ?? 0) },
        { ...engine, process: { pid: later.pid ?? 0, startedTicks: '1' } },
      ],
    });
    const ended = once(left, 'exit');
    await sweepRuns(folder);
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(isAlive(identify(later.pid ?? 0))).toBe(true);
    later.kill('SIGKILL');
    await once(later, 'exit');
  });
});

function orphan(label: string, more: Partial<Run> = {}): { run: Run; dir: string } {
  const { run, dir } = createRun(label, folder);
  recordRun({ ...run, owner: GONE, ...more }, dir);
  return { run, dir };
}

/** In a group of its own, as engines are. */
function sleeper(): ChildProcess {
  return spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
}
