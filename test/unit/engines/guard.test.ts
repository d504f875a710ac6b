import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Guard } from '../../../localstack/engines/guarded.ts';
import { identify, isAlive } from '../../../localstack/engines/identity.ts';

const SLEEP = { file: 'sleep', args: ['600'] };

let dir: string;
let guard: Guard;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'guard-'));
  guard = await Guard.open(dir);
});

afterEach(async () => {
  await guard.close();
  await rm(dir, { recursive: true, force: true });
});

const log = (name: string): string => join(dir, `${name}.log`);
const shell = (script: string): { file: string; args: string[] } => ({
  file: 'sh',
  args: ['-c', script],
});

test('runs a program, tells how it ended, and logs what it said', async () => {
  const program = await guard.start(shell('echo done; exit 3'), log('program'), false);
  expect(await program.ended).toEqual({ how: 'exit code 3', code: 3 });
  expect(await readFile(log('program'), 'utf8')).toBe('done\n');
});

test('says so if there is no such program', async () => {
  const missing = guard.start({ file: 'no-such-program', args: [] }, log('missing'), false);
  await expect(missing).rejects.toThrow('ENOENT');
});

test('ends all at its close, also what was stopped and what the programs have started', async () => {
  const engine = await guard.start(SLEEP, log('engine'), true);
  const frozen = await guard.start(SLEEP, log('frozen'), true);
  process.kill(frozen.process.pid, 'SIGSTOP');
  const parent = await guard.start(shell('sleep 600 & echo $!; wait'), log('parent'), false);
  const grandchild = identify(Number(await firstLine(log('parent'))));
  const all = [engine, frozen, parent].map((program) => program.process);
  expect([...all, grandchild].every(isAlive)).toBe(true);
  await guard.close();
  expect([...all, grandchild].some(isAlive)).toBe(false);
  expect(existsSync(dir)).toBe(false);
});

test('keeps the log of an engine that ended by itself', async () => {
  const engine = await guard.start(shell('echo why; exit 1'), log('engine'), true);
  await engine.ended;
  await guard.close();
  expect(await readFile(log('engine'), 'utf8')).toBe('why\n');
  expect(await readFile(join(dir, 'failure.txt'), 'utf8')).toContain('(exit code 1)');
});

test('refuses at once what it is asked after its end, rather than never answer', async () => {
  await guard.close();
  await expect(guard.start(SLEEP, log('late'), false)).rejects.toThrow('the guard has ended');
});

test('if it is killed, its owner ends the engines', async () => {
  const engine = await guard.start(SLEEP, log('engine'), true);
  process.kill(guard.process.pid, 'SIGKILL');
  expect(await engine.ended).toEqual({ how: 'the guard has ended', code: null });
  await guard.close();
  // The kernel takes a moment to end what was killed.
  while (isAlive(engine.process)) await setImmediate();
  expect(isAlive(engine.process)).toBe(false);
});

async function firstLine(file: string): Promise<string> {
  for (;;) {
    const text = await readFile(file, 'utf8');
    if (text.includes('\n')) return text;
    await setImmediate();
  }
}
