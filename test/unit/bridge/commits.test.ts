import { expect, it } from '@jest/globals';
import { Commits } from '../../../localstack/bridge/commits.ts';
import { FakeTime, settled } from './fake-time.ts';

function stage() {
  const time = new FakeTime();
  const requests: { offsets: [number, number][]; end: (error?: Error) => Promise<void> }[] = [];
  const commits = new Commits({
    commit: (offsets) =>
      new Promise((resolve, reject) => {
        const end = async (error?: Error) => {
          if (error === undefined) resolve();
          else reject(error);
          await settled();
        };
        requests.push({ offsets: [...offsets], end });
      }),
    timer: time,
    log: () => undefined,
  });
  return { time, requests, commits };
}

it('sends one request at a time, with what got done meanwhile in the next', async () => {
  const { requests, commits } = stage();
  commits.add(0, 5);
  commits.add(0, 9);
  commits.add(1, 3);
  expect(requests.map(({ offsets }) => offsets)).toEqual([[[0, 5]]]);
  await requests[0]?.end();
  expect(requests[1]?.offsets).toEqual([
    [0, 9],
    [1, 3],
  ]);
});

it('tries again after a failure, with the newest offsets', async () => {
  const { time, requests, commits } = stage();
  commits.add(0, 5);
  commits.add(1, 2);
  await requests[0]?.end(new Error('no broker'));
  await time.pass(499);
  expect(requests).toHaveLength(1);
  commits.add(0, 6);
  expect(requests[1]?.offsets).toEqual([
    [0, 6],
    [1, 2],
  ]);
  await requests[1]?.end(new Error('no broker'));
  await time.pass(500);
  expect(requests[2]?.offsets).toHaveLength(2);
});

it('forgets all of it when reading begins anew, also what is just failing', async () => {
  const { time, requests, commits } = stage();
  commits.add(0, 5);
  commits.clear();
  await requests[0]?.end(new Error('no longer a member'));
  await time.pass(10_000);
  expect(requests).toHaveLength(1);
});

it('flushes what is left, once, and does not wait for a broker that is away', async () => {
  const { time, requests, commits } = stage();
  commits.add(0, 5);
  commits.add(0, 6);
  const flushed = commits.flush();
  await requests[0]?.end();
  await requests[1]?.end(new Error('no broker'));
  await settled();
  await requests[2]?.end(new Error('no broker'));
  await flushed;
  await time.pass(10_000);
  expect(requests.map(({ offsets }) => offsets)).toEqual([[[0, 5]], [[0, 6]], [[0, 6]]]);
});
