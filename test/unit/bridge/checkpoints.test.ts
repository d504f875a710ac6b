import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { checkpointsIn } from '../../../localstack/bridge/checkpoints.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoints-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('finds what was kept last, of each shard of each stream by itself', async () => {
  const [one, other] = [checkpointsIn(folder, 'orders'), checkpointsIn(folder, 'others')];
  expect(await one.find('shard')).toBeUndefined();
  await one.keep('shard', { kind: 'after', sequenceNumber: '1' });
  await one.keep('shard', { kind: 'after', sequenceNumber: '2' });
  await one.keep('done', { kind: 'end' });
  const again = checkpointsIn(folder, 'orders');
  expect(await again.find('shard')).toEqual({ kind: 'after', sequenceNumber: '2' });
  expect(await again.find('done')).toEqual({ kind: 'end' });
  expect(await other.find('shard')).toBeUndefined();
});

it.each(['', '{"kind":"after"', '{"kind":"after"}', '{"kind":"before"}', 'null'])(
  'has none where a file was cut short or is no checkpoint: %j',
  async (text) => {
    const checkpoints = checkpointsIn(folder, 'orders');
    await checkpoints.keep('shard', { kind: 'end' });
    const [file = ''] = await readdir(folder);
    await writeFile(join(folder, file), text);
    // The shard is read again from its beginning: whoever reads the topic knows what comes twice.
    expect(await checkpoints.find('shard')).toBeUndefined();
  },
);

it('keeps what two bridges at once have done, of either one', async () => {
  const bridges = [checkpointsIn(folder, 'orders'), checkpointsIn(folder, 'orders')];
  for (let n = 0; n < 50; n += 1) {
    const checkpoint = { kind: 'after', sequenceNumber: String(n) } as const;
    await Promise.all(bridges.map((bridge) => bridge.keep('shard', checkpoint)));
    expect(await bridges[0]?.find('shard')).toEqual(checkpoint);
  }
});
