import { describe, expect, it } from '@jest/globals';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Invocation } from '../../../localstack/bridge/invocation.ts';
import {
  type Checkpoint,
  type Shard,
  ShardDispatcher,
  type ShardDispatcherOptions,
} from '../../../localstack/bridge/shard-dispatcher.ts';
import { FakeTime } from './fake-time.ts';
import { returned, threw, unreached } from './kafka-stage.ts';

const record = (sequenceNumber: string): DynamoDBRecord => ({
  eventName: 'INSERT',
  dynamodb: { SequenceNumber: sequenceNumber },
});
const each = (text: string): string[] => Array.from(text);
const failed = (...itemIdentifiers: unknown[]) =>
  returned({ batchItemFailures: itemIdentifiers.map((itemIdentifier) => ({ itemIdentifier })) });

type Mapping = ShardDispatcherOptions['mapping'];
const mappingDefault: Mapping = {
  batchSize: 4,
  windowMs: 0,
  startingPosition: 'TRIM_HORIZON',
  reportsFailures: true,
  bisects: false,
  retriesMax: -1,
};

/** Shards of strings, and a function whose answers the test writes. */
function stage(
  shards: Record<string, string[]>,
  answer: (numbers: string[]) => Invocation | Promise<Invocation>,
  given: Partial<Mapping> = {},
  parents: Record<string, string> = {},
) {
  const time = new FakeTime();
  const invocations: string[] = [];
  const givenUp: string[] = [];
  const checkpoints = new Map<string, Checkpoint>();
  const closed = new Set<string>();
  let readFailures = 0;
  const dispatcher = new ShardDispatcher({
    mapping: { ...mappingDefault, ...given },
    shards: {
      list: async () =>
        Object.keys(shards).map((shardId): Shard => ({ shardId, parentShardId: parents[shardId] })),
      open: async (shardId, position) => {
        const all = () => shards[shardId] ?? [];
        let at =
          position.kind === 'after'
            ? all().indexOf(position.sequenceNumber) + 1
            : position.kind === 'LATEST'
              ? all().length
              : 0;
        return async () => {
          if (readFailures > 0) {
            readFailures -= 1;
            throw new Error('no engine');
          }
          const records = all()
            .slice(at, at + 3)
            .map(record);
          at += records.length;
          return { records, ended: closed.has(shardId) && at === all().length };
        };
      },
    },
    checkpoints: {
      find: async (shardId) => checkpoints.get(shardId),
      keep: async (shardId, checkpoint) => void checkpoints.set(shardId, checkpoint),
    },
    invoke: async (event) => {
      const numbers = (event as { Records: DynamoDBRecord[] }).Records.map(
        ({ dynamodb }) => dynamodb?.SequenceNumber ?? '',
      );
      invocations.push(numbers.join(''));
      return answer(numbers);
    },
    clock: time,
    timer: time,
    onGivenUp: (records) => {
      givenUp.push(records.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '').join(''));
    },
    log: () => undefined,
  });
  const failReads = (times: number) => (readFailures = times);
  return { dispatcher, time, invocations, givenUp, checkpoints, closed, failReads };
}

const at = (sequenceNumber: string): Checkpoint => ({ kind: 'after', sequenceNumber });

describe('a shard', () => {
  it('is handed over in its order, in batches of at most so many, and noted as far as it is done', async () => {
    const s = stage({ one: each('abcdefg') }, () => returned());
    await s.dispatcher.start();
    await s.time.pass(1_000);
    expect(s.invocations).toEqual(['abc', 'def', 'g']);
    expect(s.checkpoints.get('one')).toEqual(at('g'));
  });

  it('gathers a batch until it is full or its window has passed', async () => {
    const shards = { one: ['a'] };
    const s = stage(shards, () => returned(), { windowMs: 2_000 });
    await s.dispatcher.start();
    await s.time.pass(1_000);
    shards.one.push('b');
    await s.time.pass(900);
    expect(s.invocations).toEqual([]);
    await s.time.pass(350);
    expect(s.invocations).toEqual(['ab']);
    shards.one.push(...each('cdefg'));
    await s.time.pass(600);
    expect(s.invocations).toEqual(['ab', 'cdef']);
  });

  it('waits for its parent to be done, and goes on at once where a parent was trimmed', async () => {
    const pending: ((invocation: Invocation) => void)[] = [];
    const s = stage(
      { child: ['x'], parent: ['a'], orphan: ['o'] },
      ([first]) => (first === 'a' ? new Promise((resolve) => pending.push(resolve)) : returned()),
      {},
      { child: 'parent', orphan: 'long-gone' },
    );
    s.closed.add('parent');
    await s.dispatcher.start();
    await s.time.pass(5_000);
    expect(s.invocations.sort()).toEqual(['a', 'o']);
    pending[0]?.(returned());
    await s.time.pass(2_000);
    expect(s.invocations).toContain('x');
    expect(s.checkpoints.get('parent')).toEqual({ kind: 'end' });
  });

  it('goes on behind its checkpoint, and an ended one is not read again', async () => {
    const s = stage({ one: each('abc'), two: each('xyz') }, () => returned());
    s.checkpoints.set('one', at('b')).set('two', { kind: 'end' });
    await s.dispatcher.start();
    await s.time.pass(3_000);
    expect(s.invocations).toEqual(['c']);
  });

  it('is read from its end where the mapping says so, but whole if it appears later', async () => {
    const shards: Record<string, string[]> = { one: each('ab') };
    const s = stage(shards, () => returned(), { startingPosition: 'LATEST' });
    await s.dispatcher.start();
    await s.time.pass(500);
    shards['one']?.push('c');
    shards['two'] = ['x'];
    await s.time.pass(2_000);
    expect(s.invocations.sort()).toEqual(['c', 'x']);
  });

  it('is opened again behind what was read, when reading fails', async () => {
    const shards = { one: ['a'] };
    const s = stage(shards, () => returned());
    await s.dispatcher.start();
    await s.time.pass(300);
    s.failReads(4);
    shards.one.push('b');
    await s.time.pass(10_000);
    expect(s.invocations).toEqual(['a', 'b']);
  });
});

describe('a failed invocation', () => {
  it.each([
    ['that threw', threw],
    ['that names an unknown record', failed('a', 'z')],
    ['that names nothing', failed('')],
  ])('%s brings the whole batch again, and blocks what is behind', async (_, failure) => {
    let tries = 0;
    const s = stage({ one: each('abcd') }, () => ((tries += 1) < 4 ? failure : returned()), {
      batchSize: 2,
    });
    await s.dispatcher.start();
    await s.time.pass(150);
    expect(s.checkpoints.size).toBe(0);
    await s.time.pass(5_000);
    expect(s.invocations).toEqual(['ab', 'ab', 'ab', 'ab', 'cd']);
    expect(s.givenUp).toEqual([]);
  });

  it('resumes at the lowest record reported', async () => {
    let first = true;
    const s = stage({ one: each('abc') }, () => {
      if (!first) return returned();
      first = false;
      return failed('c', 'b');
    });
    await s.dispatcher.start();
    await s.time.pass(50);
    expect(s.checkpoints.get('one')).toEqual(at('a'));
    await s.time.pass(1_000);
    expect(s.invocations).toEqual(['abc', 'bc']);
  });

  it('gives the batch up after its retries, tells so, and goes on', async () => {
    const s = stage({ one: each('abcd') }, ([first]) => (first === 'a' ? threw : returned()), {
      retriesMax: 2,
      batchSize: 2,
    });
    await s.dispatcher.start();
    await s.time.pass(5_000);
    expect(s.invocations).toEqual(['ab', 'ab', 'ab', 'cd']);
    expect(s.givenUp).toEqual(['ab']);
    expect(s.checkpoints.get('one')).toEqual(at('d'));
  });

  it('counts no attempt that did not come through', async () => {
    let tries = 0;
    const s = stage({ one: ['a'] }, () => ((tries += 1) < 20 ? unreached : returned()), {
      retriesMax: 1,
    });
    await s.dispatcher.start();
    await s.time.pass(120_000);
    expect(s.givenUp).toEqual([]);
    expect(s.checkpoints.get('one')).toEqual(at('a'));
  });

  it('is halved until the bad record is alone: only that is given up, after its own retries', async () => {
    const s = stage(
      { one: each('abcdef') },
      (numbers) => (numbers.includes('c') ? threw : returned()),
      { bisects: true, retriesMax: 1, batchSize: 6, windowMs: 1_000 },
    );
    await s.dispatcher.start();
    await s.time.pass(10_000);
    expect(s.invocations).toEqual(['abcdef', 'abc', 'ab', 'c', 'c', 'def']);
    expect(s.givenUp).toEqual(['c']);
    expect(s.checkpoints.get('one')).toEqual(at('f'));
  });

  it('with reports and retries, costs a bad record in the middle only its own batch’s rest', async () => {
    const s = stage(
      { one: each('abcd') },
      (numbers) => (numbers.includes('b') ? failed('b') : returned()),
      { bisects: true, retriesMax: 1, windowMs: 1_000 },
    );
    await s.dispatcher.start();
    await s.time.pass(10_000);
    expect(s.givenUp).toEqual(['b']);
    expect(s.checkpoints.get('one')).toEqual(at('d'));
  });
});

it('stops in the middle of retries without noting what is not done', async () => {
  const s = stage({ one: each('abcd') }, ([first]) => (first === 'a' ? failed('b') : threw));
  await s.dispatcher.start();
  await s.time.pass(1_000);
  await s.dispatcher.stop();
  const before = s.invocations.length;
  await s.time.pass(60_000);
  expect(s.invocations).toHaveLength(before);
  expect(s.checkpoints.get('one')).toEqual(at('a'));
});
